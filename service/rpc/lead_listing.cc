#include "service/rpc/lead_listing.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "service/convert/decision_proto.h"
#include "service/convert/fact_checks.h"
#include "service/rpc/errors.h"
#include "service/rpc/lead_proto.h"
#include "service/rpc/requests.h"
#include "service/rpc/tokens.h"

namespace leadgrade::rpc {
namespace {

constexpr size_t kDefaultPage = 50;
constexpr size_t kMaxPage = 1000;
constexpr size_t kMaxPart = 32;
// A page of so many bytes is full. Clients take 4 MiB by default.
constexpr size_t kFullPageBytes = 2 << 20;

// The grades asked for, each once.
std::vector<std::string> ReadGrades(const rules::Bundle& bundle,
                                    const v1::ListLeadsRequest& request, Violations* violations) {
  std::vector<std::string> grades;
  if (!convert::CheckSize(request.grades_size(), base::kMaxGrades, "grades", "grades",
                          violations)) {
    return grades;
  }
  for (int i = 0; i < request.grades_size(); ++i) {
    const std::string& grade = request.grades(i);
    if (convert::CheckGrade(bundle, grade, absl::StrCat("grades[", i, "]"), violations) &&
        std::find(grades.begin(), grades.end(), grade) == grades.end()) {
      grades.push_back(grade);
    }
  }
  return grades;
}

// Orders that can be asked for: by an index of instants, leads without one last.
struct Order {
  const char* name;
  absl::StatusOr<store::ListPage> (store::LeadStore::*list)(absl::string_view, size_t) const;
  absl::Time (*instant)(const facts::Lead&);
};
constexpr Order kOrders[] = {
    {"valid_until", &store::LeadStore::ListByDue, &store::DueTime},
    {"grade_valid_until", &store::LeadStore::ListByGradeDue, &store::GradeDueTime},
};

// Null where there is no such order.
const Order* FindOrder(absl::string_view name) {
  for (const Order& order : kOrders) {
    if (order.name == name) return &order;
  }
  return nullptr;
}

// So many leads are looked at for one page: a grade may be rare among those that lapse next.
constexpr size_t kMaxLookedAt = 5000;

class Lister {
 public:
  Lister(const leads::LeadBook& book, const store::LeadStore& store, const rules::Bundle& bundle,
         const v1::ListLeadsRequest& request, std::vector<std::string> grades,
         v1::ListLeadsResponse* response)
      : book_(book),
        store_(store),
        bundle_(bundle),
        request_(request),
        grades_(std::move(grades)),
        order_(FindOrder(request.order_by())),
        size_(request.page_size() == 0
                  ? kDefaultPage
                  : std::min(static_cast<size_t>(request.page_size()), kMaxPage)),
        response_(response) {}

  absl::Status Run(const leads::Wanted& wanted) {
    // By an instant: those the clock changes, then the others.
    const size_t lists = order_ != nullptr ? 2 : std::max<size_t>(grades_.size(), 1);
    const std::vector<std::string> list = Name();
    if (!request_.page_token().empty()) {
      const auto position = ReadPageToken(store_.store_id(), list, request_.page_token());
      if (!position.has_value() || position->list >= lists) return PageTokenInvalid();
      at_ = *position;
    }
    while (at_.list < lists && !IsFull()) {
      if (absl::Status status = wanted(); !status.ok()) return status;
      if (absl::Status status = AddPart(); !status.ok()) return status;
    }
    if (at_.list < lists) {
      response_->set_next_page_token(MakePageToken(store_.store_id(), list, at_));
    }
    return absl::OkStatus();
  }

 private:
  // What tells this list from others of the store. No grade's name has a space.
  std::vector<std::string> Name() const {
    std::vector<std::string> name = grades_;
    if (order_ != nullptr) name.push_back(absl::StrCat("order by ", order_->name));
    return name;
  }

  bool IsFull() const {
    return static_cast<size_t>(response_->leads_size()) >= size_ || bytes_ >= kFullPageBytes ||
           looked_at_ >= kMaxLookedAt;
  }

  absl::StatusOr<store::ListPage> Read(size_t limit) const {
    if (order_ != nullptr && at_.list == 0) return (store_.*order_->list)(at_.after, limit);
    if (order_ != nullptr || grades_.empty()) return store_.ListById(at_.after, limit);
    return store_.ListByGrade(grades_[at_.list], at_.after, limit);
  }

  // The store's own lists hold what is asked for; of the others a part is left out.
  bool IsWanted(const store::StoredLead& lead) const {
    if (order_ == nullptr) return true;
    if (at_.list == 1 && order_->instant(lead.lead) != absl::InfiniteFuture()) return false;
    return grades_.empty() ||
           std::find(grades_.begin(), grades_.end(), lead.grade) != grades_.end();
  }

  // How many leads to read next. Parts grow from two leads on, as long as leads as large as the
  // largest so far find room: where a part ends is the store's to say, so none is cut short.
  size_t PartSize() {
    const size_t fitting = std::max<size_t>((kFullPageBytes - bytes_) / largest_, 1);
    part_ = std::min({part_ * 2, kMaxPart, size_ - response_->leads_size(), fitting});
    return part_;
  }

  absl::Status AddPart() {
    const size_t limit = PartSize();
    absl::StatusOr<store::ListPage> page = Read(limit);
    if (!page.ok()) return LeadError(page.status(), "");
    looked_at_ += page->leads.size();
    for (const store::StoredLead& lead : page->leads) {
      if (IsWanted(lead)) Add(lead);
    }
    at_.after = std::move(page->next);
    if (at_.after.empty()) ++at_.list;
    return absl::OkStatus();
  }

  void Add(const store::StoredLead& lead) {
    v1::Lead* shown = response_->add_leads();
    ToProto(lead, bundle_, book_.now(), shown);
    size_t bytes = shown->ByteSizeLong();
    if (request_.with_decisions()) {
      v1::Decision* decision = response_->add_decisions();
      convert::ToProto(book_.DecideNow(lead), lead.id, request_.language_code(), decision);
      bytes += decision->ByteSizeLong();
    }
    bytes_ += bytes;
    largest_ = std::max(largest_, bytes);
  }

  const leads::LeadBook& book_;
  const store::LeadStore& store_;
  const rules::Bundle& bundle_;
  const v1::ListLeadsRequest& request_;
  const std::vector<std::string> grades_;
  const Order* const order_;  // null: by id
  const size_t size_;
  PagePosition at_;
  size_t bytes_ = 0;
  size_t looked_at_ = 0;
  size_t largest_ = 1;
  size_t part_ = 1;
  v1::ListLeadsResponse* response_;
};

}  // namespace

absl::Status ListLeads(const leads::LeadBook& book, const store::LeadStore& store,
                       const rules::Bundle& bundle, const v1::ListLeadsRequest& request,
                       const leads::Wanted& wanted, v1::ListLeadsResponse* response) {
  Violations violations;
  if (request.page_size() < 0) {
    violations.push_back(
        {"page_size", absl::StrCat(request.page_size(), " is negative: expected 1 to ", kMaxPage,
                                   ", or 0 for ", kDefaultPage)});
  }
  std::vector<std::string> grades = ReadGrades(bundle, request, &violations);
  if (!request.order_by().empty() && FindOrder(request.order_by()) == nullptr) {
    violations.push_back({"order_by", absl::StrCat("expected `", kOrders[0].name, "`, `",
                                                   kOrders[1].name, "`, or nothing")});
  }
  CheckLanguage(request.language_code(), &violations);
  if (!violations.empty()) return InvalidFields(violations);
  return Lister(book, store, bundle, request, std::move(grades), response).Run(wanted);
}

}  // namespace leadgrade::rpc
