// The stages in the order in which every request passes them.
#pragma once

#include <span>

#include "pipeline/stage.h"

namespace router::pipeline {

std::span<const Stage> request_stages();

}  // namespace router::pipeline
