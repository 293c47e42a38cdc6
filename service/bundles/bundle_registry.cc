#include "service/bundles/bundle_registry.h"

#include <mutex>

#include "service/bundles/directory_watch.h"

namespace leadgrade::bundles {

class BundleRegistry::Impl {
 public:
  Impl(std::string directory, std::function<absl::Time()> clock, Listener listener)
      : directory_(std::move(directory)),
        clock_(std::move(clock)),
        listener_(std::move(listener)) {}

  Active active() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return active_;
  }

  // Reads and compiles aside; swaps where that went well and brought another bundle.
  Reload ReloadNow() {
    // One at a time, so that an older reading never replaces a newer one.
    const std::lock_guard<std::mutex> one(reloading_);
    Reload reload;
    const auto files = ReadBundleFiles(directory_);
    reload.read = files.status();
    std::shared_ptr<const rules::Bundle> bundle;
    if (files.ok()) bundle = rules::LoadBundle(*files, &reload.issues);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (bundle != nullptr &&
        (active_.bundle == nullptr || active_.bundle->digest != bundle->digest)) {
      active_ = {std::move(bundle), clock_()};
      reload.changed = true;
    }
    reload.bundle = active_.bundle;
    return reload;
  }

  Reload ReloadAndTell() {
    Reload reload = ReloadNow();
    if (listener_) listener_(reload);
    return reload;
  }

  void StartWatching() {
    watch_ = std::make_unique<DirectoryWatch>(directory_, [this] { ReloadAndTell(); });
    // What changed since it was read last.
    ReloadAndTell();
  }

 private:
  const std::string directory_;
  const std::function<absl::Time()> clock_;
  const Listener listener_;
  std::mutex reloading_;
  mutable std::mutex mutex_;  // of active_, held for a copy of it only
  Active active_;
  std::unique_ptr<DirectoryWatch> watch_;  // last: it calls into the above
};

BundleRegistry::BundleRegistry(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

BundleRegistry::~BundleRegistry() = default;

absl::StatusOr<std::unique_ptr<BundleRegistry>> BundleRegistry::Open(
    std::string directory, std::function<absl::Time()> clock, Listener listener) {
  auto impl = std::make_unique<Impl>(std::move(directory), std::move(clock), std::move(listener));
  const Reload reload = impl->ReloadNow();
  if (!reload.read.ok()) return reload.read;
  if (reload.bundle == nullptr) {
    return absl::InvalidArgumentError(base::FormatIssues(reload.issues));
  }
  return std::unique_ptr<BundleRegistry>(new BundleRegistry(std::move(impl)));
}

std::shared_ptr<const rules::Bundle> BundleRegistry::bundle() const { return active().bundle; }

BundleRegistry::Active BundleRegistry::active() const { return impl_->active(); }

BundleRegistry::Reload BundleRegistry::ReloadNow() { return impl_->ReloadAndTell(); }

void BundleRegistry::StartWatching() { impl_->StartWatching(); }

}  // namespace leadgrade::bundles
