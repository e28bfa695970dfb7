// SPDX-License-Identifier: Apache-2.0
// A rustnetd for this client alone: started before the screen, ended with it.  Live it needs root,
// which sudo gives to the daemon and never to the client; on a capture file it needs nothing.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/stream/failure.h"
#include "common/base/unique_fd.h"

namespace rustnet::client {

class PrivateDaemon {
 public:
  // Live, on `interfaces` (empty: the daemon's choice).  Asks for the password on the terminal.
  static std::optional<Failure> StartLive(const std::vector<std::string>& interfaces,
                                          std::unique_ptr<PrivateDaemon>* daemon);
  // On a capture file.
  static std::optional<Failure> StartReplay(const std::string& file,
                                            std::unique_ptr<PrivateDaemon>* daemon);

  // Ends the daemon and removes its directory.
  ~PrivateDaemon();
  PrivateDaemon(const PrivateDaemon&) = delete;
  PrivateDaemon& operator=(const PrivateDaemon&) = delete;

  const std::string& socket() const { return socket_; }

  // Asks it to end and waits for that; the destructor does it too.
  void End();

  // How far a replay has come: until it is at the end of the file, or knows that the file is bad
  // (`to_end`, for commands that print once), or for a moment (for the screen).
  struct Replayed {
    uint64_t packets = 0;
    std::string problem;  // the daemon's sentence; empty: none known
  };
  Replayed AwaitReplay(bool to_end);

  // What to say if it has ended by itself: its own last sentence.
  std::optional<Failure> Ended();

 private:
  PrivateDaemon() = default;
  std::optional<Failure> Spawn(const std::vector<std::string>& command);
  // Until it answers, at most 15 s; the time in which a password is asked for does not count.
  std::optional<Failure> AwaitAnswer();
  void ReadErrors();
  std::string LastSentence() ABSL_LOCKS_EXCLUDED(mutex_);

  std::string socket_;
  std::string directory_;  // ours to remove; empty: the daemon's
  pid_t pid_ = -1;
  int exit_status_ = 0;
  UniqueFd errors_;
  std::thread reader_;
  absl::Mutex mutex_;
  std::string said_ ABSL_GUARDED_BY(mutex_);  // the end of it
};

// While it lives, SIGINT, SIGTERM and SIGHUP end the daemon first and this program then: for
// commands that have no loop of their own.  Make it before any thread.
class EndsWithSignals {
 public:
  EndsWithSignals();
  ~EndsWithSignals();
  EndsWithSignals(const EndsWithSignals&) = delete;
  EndsWithSignals& operator=(const EndsWithSignals&) = delete;

  // The daemon to end; it must outlive this.
  void Watch(PrivateDaemon* daemon) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Wait() ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Mutex mutex_;
  PrivateDaemon* daemon_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// `rustnetd` beside this program, else in PATH (and the sbin directories); empty: nowhere.
std::string FindDaemon();

}  // namespace rustnet::client
