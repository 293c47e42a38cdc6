#include "tools/trial/lead_file.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "service/convert/lead_snapshot.h"
#include "tools/exit_code.h"
#include "tools/import/input_buffer.h"
#include "tools/output.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

constexpr size_t kMostShown = 20;
// A job is so many lines, or bytes of them.
constexpr size_t kLinesAJob = 64;
constexpr size_t kBytesAJob = 1 << 20;

struct TextLine {
  int64_t number = 0;
  std::string text;
};

// Whether its first key is one of a LeadSnapshot, not of a Lead.
bool IsSnapshot(absl::string_view line) {
  const size_t quote = line.find('"');
  if (quote == absl::string_view::npos) return false;
  line.remove_prefix(quote + 1);
  const absl::string_view key = line.substr(0, line.find('"'));
  return key == "lead" || key == "events";
}

class LeadFile {
 public:
  using Take = std::function<void(int, const std::string&, const std::string&, const facts::Lead&)>;

  LeadFile(std::string name, const std::vector<const rules::Bundle*>& bundles, absl::Time now,
           const Take& take)
      : name_(std::move(name)), bundles_(bundles), now_(now), take_(take) {}

  // False where the input failed.
  void Read(InputBuffer& input, WorkerPool& pool) {
    TextLine line;
    std::vector<TextLine> lines;
    size_t bytes = 0;
    const auto send = [&] {
      pool.Add([this, job = std::make_shared<std::vector<TextLine>>(std::move(lines))](int worker) {
        for (const TextLine& each : *job) TakeLine(worker, each);
      });
      lines.clear();
      bytes = 0;
    };
    for (int64_t number = 1; Next(input, number, &line); ++number) {
      if (line.text.find_first_not_of(" \t\r") == std::string::npos) continue;
      bytes += line.text.size();
      lines.push_back(std::move(line));
      if (lines.size() >= kLinesAJob || bytes >= kBytesAJob) send();
    }
    if (!lines.empty()) send();
  }

  // Shows what was wrong.
  bool Report() {
    for (const auto& [number, error] : errors_) {
      std::cerr << name_ << ":" << number << ": error: " << Printable(error) << "\n";
    }
    if (wrong_ > static_cast<int64_t>(kMostShown)) {
      std::cerr << "and " << wrong_ - static_cast<int64_t>(kMostShown) << " more lines\n";
    }
    return wrong_ == 0;
  }

 private:
  // Of a line that is too long only its beginning, which is one byte too long.
  bool Next(InputBuffer& input, int64_t number, TextLine* line) {
    line->number = number;
    line->text.clear();
    bool any = false;
    while (true) {
      const absl::string_view rest = input.rest();
      const size_t end = rest.find('\n');
      const absl::string_view part = rest.substr(0, end);
      const size_t room = kMaxLeadLineBytes + 1 - line->text.size();
      line->text.append(part.data(), std::min(part.size(), room));
      any = any || !rest.empty();
      input.Consume(end == absl::string_view::npos ? rest.size() : end + 1);
      if (end != absl::string_view::npos) return true;
      if (!input.Grow()) return any;
    }
  }

  void TakeLine(int worker, const TextLine& line) {
    const auto snapshot = Parse(line);
    if (!snapshot.has_value()) return;
    std::vector<convert::FieldViolation> violations;
    const auto lead = convert::ReadSnapshot(bundles_, *snapshot, now_, &violations);
    if (lead.has_value()) {
      take_(worker, lead->id, lead->owner, lead->lead);
    } else {
      Add(line.number,
          absl::StrCat(violations.front().field, ": ", violations.front().description));
    }
  }

  std::optional<v1::LeadSnapshot> Parse(const TextLine& line) {
    if (line.text.size() > kMaxLeadLineBytes) {
      Add(line.number, absl::StrCat("has more than ", kMaxLeadLineBytes, " bytes"));
      return std::nullopt;
    }
    v1::LeadSnapshot snapshot;
    google::protobuf::Message* into = &snapshot;
    if (!IsSnapshot(line.text)) into = snapshot.mutable_lead();
    const auto status = google::protobuf::util::JsonStringToMessage(line.text, into);
    if (status.ok()) return snapshot;
    const std::string why(status.message());
    Add(line.number, absl::StrCat("no lead in JSON: ", why.substr(0, why.find('\n'))));
    return std::nullopt;
  }

  void Add(int64_t number, std::string error) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++wrong_;
    errors_.emplace(number, std::move(error));
    if (errors_.size() > kMostShown) errors_.erase(std::prev(errors_.end()));
  }

  const std::string name_;
  const std::vector<const rules::Bundle*>& bundles_;
  const absl::Time now_;
  const Take& take_;

  std::mutex mutex_;  // guards what follows
  int64_t wrong_ = 0;
  std::map<int64_t, std::string> errors_;  // the first ones, by line
};

}  // namespace

int ReadLeadFile(
    const std::string& path, const std::vector<const rules::Bundle*>& bundles, absl::Time now,
    WorkerPool& pool,
    const std::function<void(int worker, const std::string& id, const std::string& owner,
                             const facts::Lead& lead)>& take) {
  const auto input = InputBuffer::Open(path);
  if (!input.ok()) {
    PrintError(input.status().message());
    return kUsage;
  }
  LeadFile file(path == "-" ? "<stdin>" : path, bundles, now, take);
  file.Read(**input, pool);
  pool.Finish();
  const bool fine = file.Report();
  if (!(*input)->status().ok()) PrintError((*input)->status().message());
  return fine && (*input)->status().ok() ? kFine : kUsage;
}

}  // namespace leadgrade::tools
