#include "backend/compressed_body.h"

#include "http/compression_policy.h"

namespace router::backend {

using base::Result;

CompressionSlots::Slot CompressionSlots::take() {
  if (++taken_ <= most_) return Slot(this);
  --taken_;
  return nullptr;
}

void CompressedBody::begin(const config::Compression& rules, const http::Request& request, net::ResponseStart& start) {
  // also of an answer that was compressed before that was switched off
  if (start.status == 304) http::restore_tag(request, start.fields);
  if (!rules.enabled) return;
  const http::CompressionRules allowed{rules.enabled, rules.min_size, rules.mixed_type_content};
  const http::AnswerBody body{start.status, start.body, start.content_length};
  auto decision = decide_compression(allowed, request, body, start.fields);
  if (decision.coding && !take_encoder(*decision.coding)) decision.coding.reset();
  if (decision.coding) {
    start.body = http::BodyKind::chunked;
    start.content_length = 0;
  }
  write_compression_fields(decision, start.fields);
}

bool CompressedBody::take_encoder(http::Coding coding) {
  auto slot = slots_.take();
  if (!slot) return false;
  auto made = http::Encoder::make(coding);
  if (!made) return false;
  slot_ = std::move(slot);
  encoder_ = *std::move(made);
  return true;
}

Result<std::string_view> CompressedBody::put(std::string_view piece, http::Flush flush) {
  if (!encoder_) return piece;
  coded_.clear();
  auto appended = encoder_->append(piece, flush, coded_);
  if (!appended) return appended.error();
  if (flush == http::Flush::finish) {
    // a slow client has its memory back while it takes the rest
    encoder_.reset();
    slot_.reset();
  }
  return std::string_view(coded_);
}

}  // namespace router::backend
