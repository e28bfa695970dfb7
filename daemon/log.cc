// SPDX-License-Identifier: Apache-2.0
#include "daemon/log.h"

#include <unistd.h>

#include <mutex>
#include <utility>

#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/base_sink.h"

namespace rustnet {
namespace {

class FdSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FdSink(UniqueFd file) : file_(std::move(file)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const int fd = file_ ? file_.get() : STDERR_FILENO;
    [[maybe_unused]] const ssize_t written = write(fd, line.data(), line.size());
  }
  void flush_() override {}

 private:
  UniqueFd file_;
};

}  // namespace

std::shared_ptr<spdlog::logger> MakeLog(UniqueFd file, const std::string& level) {
  auto log =
      std::make_shared<spdlog::logger>("rustnetd", std::make_shared<FdSink>(std::move(file)));
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  log->set_level(spdlog::level::from_str(level));
  return log;
}

}  // namespace rustnet
