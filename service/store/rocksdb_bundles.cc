// The bundles that decided on leads, and when which was in force.
#include "absl/strings/str_cat.h"
#include "service/store/journal_codec.h"
#include "service/store/keys.h"
#include "service/store/rocksdb_store_impl.h"

namespace leadgrade::store {
namespace {

rocksdb::WriteOptions Synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

absl::Status RocksDbStore::FindBundles() {
  const IteratorPtr it = Iterate(kBundles);
  it->SeekForPrev(BundleKey(~uint32_t{0}));
  if (it->Valid()) last_bundle_ = ParseBundleKey(ToView(it->key())).value_or(0);
  it->SeekForPrev(ActivationKey(~uint64_t{0}));
  if (it->Valid()) {
    const auto activation = DecodeActivation(ToView(it->value()));
    if (!activation.ok()) return activation.status();
    activation_ = *activation;
    last_activation_ = ParseActivationKey(ToView(it->key())).value_or(0);
  }
  return ToStatus(it->status());
}

absl::StatusOr<uint32_t> RocksDbStore::KeepBundle(absl::string_view digest, absl::string_view name,
                                                  const std::map<std::string, std::string>& files,
                                                  absl::Time now) {
  const std::lock_guard<std::mutex> lock(bundles_mutex_);
  const auto known = bundle_numbers_.find(digest);
  if (known != bundle_numbers_.end()) {
    // In force since a time that has not come yet: the clock was set back.
    if (known->second == activation_.bundle && now < activation_.time) {
      if (absl::Status status = AddActivation({now, known->second}); !status.ok()) return status;
    }
    return known->second;
  }
  std::string key;
  const rocksdb::Status found =
      db_->Get(rocksdb::ReadOptions(), families_[kBundles], BundleDigestKey(digest), &key);
  if (!found.ok() && !found.IsNotFound()) return ToStatus(found);
  uint32_t number = last_bundle_ + 1;
  if (found.ok()) {
    const auto kept = ParseBundleKey(key);
    if (!kept.has_value()) return absl::DataLossError("a bundle's number is damaged");
    number = *kept;
  } else {
    rocksdb::WriteBatch batch;
    batch.Put(families_[kBundles], BundleKey(number), EncodeBundle(digest, name, files));
    batch.Put(families_[kBundles], BundleDigestKey(digest), BundleKey(number));
    const Activation activation{now, number};
    batch.Put(families_[kBundles], ActivationKey(last_activation_ + 1),
              EncodeActivation(activation));
    const rocksdb::Status written = db_->Write(Synced(), &batch);
    if (!written.ok()) return ToStatus(written);
    last_bundle_ = number;
    ++last_activation_;
    activation_ = activation;
  }
  bundle_numbers_.emplace(digest, number);
  return number;
}

absl::Status RocksDbStore::Activate(uint32_t bundle, absl::Time time) {
  const std::lock_guard<std::mutex> lock(bundles_mutex_);
  // An earlier time than the one noted: it was met on a lead before it was announced, or the clock
  // was set back.
  if (last_activation_ > 0 && activation_.bundle == bundle && activation_.time <= time) {
    return absl::OkStatus();
  }
  return AddActivation({time, bundle});
}

absl::Status RocksDbStore::AddActivation(const Activation& activation) {
  const rocksdb::Status written =
      db_->Put(Synced(), families_[kBundles], ActivationKey(last_activation_ + 1),
               EncodeActivation(activation));
  if (!written.ok()) return ToStatus(written);
  ++last_activation_;
  activation_ = activation;
  return absl::OkStatus();
}

absl::StatusOr<KeptBundle> RocksDbStore::Bundle(uint32_t number) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), families_[kBundles], BundleKey(number), &value);
  if (status.IsNotFound()) {
    return absl::NotFoundError(absl::StrCat("there is no bundle ", number));
  }
  if (!status.ok()) return ToStatus(status);
  return DecodeBundle(number, ToView(value));
}

absl::StatusOr<uint32_t> RocksDbStore::BundleInForceAt(absl::Time time) const {
  const IteratorPtr it = Iterate(kBundles);
  for (it->SeekForPrev(ActivationKey(~uint64_t{0}));
       it->Valid() && ParseActivationKey(ToView(it->key())).has_value(); it->Prev()) {
    const auto activation = DecodeActivation(ToView(it->value()));
    if (!activation.ok()) return activation.status();
    if (activation->time <= time) return activation->bundle;
  }
  if (!it->status().ok()) return ToStatus(it->status());
  return absl::NotFoundError("no bundle was in force yet");
}

std::set<uint32_t> RocksDbStore::VerifyBundles(
    const rocksdb::Snapshot* snapshot, const std::function<void(std::string)>& report) const {
  std::set<uint32_t> numbers;
  std::vector<Activation> activations;
  const IteratorPtr it = Iterate(kBundles, snapshot);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const absl::string_view key = ToView(it->key());
    absl::Status status;
    if (const auto number = ParseBundleKey(key)) {
      const auto bundle = DecodeBundle(*number, ToView(it->value()));
      status = bundle.status();
      numbers.insert(*number);
    } else if (ParseActivationKey(key).has_value()) {
      const auto activation = DecodeActivation(ToView(it->value()));
      status = activation.status();
      if (activation.ok()) activations.push_back(*activation);
    }
    if (!status.ok()) report(std::string(status.message()));
  }
  for (const Activation& activation : activations) {
    if (numbers.count(activation.bundle) == 0) {
      report(absl::StrCat("the bundle ", activation.bundle, " was in force and is not kept"));
    }
  }
  if (!it->status().ok()) report(absl::StrCat("bundles: ", it->status().ToString()));
  return numbers;
}

}  // namespace leadgrade::store
