// The database under a store, opened by hand to plant what no store would write. The store must be
// closed meanwhile.
#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace leadgrade::testing {

class RawStore {
 public:
  explicit RawStore(const std::string& path) {
    std::vector<std::string> names;
    Check(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path, &names));
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) {
      families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    Check(rocksdb::DB::Open(rocksdb::DBOptions(), path, families, &handles, &db));
    db_.reset(db);
    for (rocksdb::ColumnFamilyHandle* handle : handles) families_[handle->GetName()] = handle;
  }
  ~RawStore() {
    for (const auto& [name, handle] : families_) {
      Check(db_->DestroyColumnFamilyHandle(handle));
    }
  }

  void Put(const std::string& family, const std::string& key, const std::string& value) {
    Check(db_->Put(rocksdb::WriteOptions(), families_.at(family), key, value));
  }
  void Delete(const std::string& family, const std::string& key) {
    Check(db_->Delete(rocksdb::WriteOptions(), families_.at(family), key));
  }
  void DropFamily(const std::string& family) { Check(db_->DropColumnFamily(families_.at(family))); }
  std::string Get(const std::string& family, const std::string& key) {
    std::string value;
    Check(db_->Get(rocksdb::ReadOptions(), families_.at(family), key, &value));
    return value;
  }
  std::vector<std::string> Keys(const std::string& family) {
    std::vector<std::string> keys;
    const std::unique_ptr<rocksdb::Iterator> it(
        db_->NewIterator(rocksdb::ReadOptions(), families_.at(family)));
    for (it->SeekToFirst(); it->Valid(); it->Next()) keys.push_back(it->key().ToString());
    return keys;
  }

 private:
  static void Check(const rocksdb::Status& status) {
    EXPECT_TRUE(status.ok()) << status.ToString();
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::map<std::string, rocksdb::ColumnFamilyHandle*> families_;
};

}  // namespace leadgrade::testing
