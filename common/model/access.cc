// SPDX-License-Identifier: Apache-2.0
#include "common/model/access.h"

namespace rustnet::model {

bool Visible(const Connection& connection, uint32_t uid) {
  return connection.process.uid == uid ||
         (connection.peer_process && connection.peer_process->uid == uid);
}

void MaskFor(Connection* connection, uint32_t uid) {
  if (connection->process.uid != uid) {
    connection->process = Process();
    if (connection->tcp) connection->tcp->kernel.reset();
  }
  if (connection->peer_process && connection->peer_process->uid != uid) {
    connection->peer_process.reset();
  }
}

}  // namespace rustnet::model
