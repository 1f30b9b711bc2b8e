#include "config/report.h"

namespace router::config {

void Report::add(Severity severity, std::string_view pointer, Finding finding) const {
  Issue issue{severity,
              file_,
              base_ + std::string(pointer),
              {},
              std::move(finding.found),
              std::move(finding.expected),
              std::move(finding.hint),
              finding.advice};
  if (document_ && !issues_->is_full()) {
    issue.position = document_->position(issue.pointer, finding.at_key ? PositionOf::key : PositionOf::value);
  }
  if (finding.may_be_known && severity == Severity::error) {
    issues_->add_unless_known(std::move(issue));
  } else {
    issues_->add(std::move(issue));
  }
}

bool Report::covers(const Issue& issue) const {
  if (issue.file != file_ || !issue.pointer.starts_with(base_)) return false;
  return issue.pointer.size() == base_.size() || issue.pointer[base_.size()] == '/';
}

}  // namespace router::config
