#include "config/report.h"

namespace router::config {

void Report::add(Severity severity, std::string_view pointer, Finding finding) const {
  Issue issue{severity,
              file_,
              base_ + std::string(pointer),
              {},
              std::move(finding.found),
              std::move(finding.expected),
              std::move(finding.hint)};
  if (document_ && !issues_->is_full()) {
    issue.position = document_->position(issue.pointer, finding.at_key ? PositionOf::key : PositionOf::value);
  }
  if (finding.may_be_known && severity == Severity::error) {
    issues_->add_unless_known(std::move(issue));
  } else {
    issues_->add(std::move(issue));
  }
}

}  // namespace router::config
