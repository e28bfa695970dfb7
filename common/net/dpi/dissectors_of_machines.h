// SPDX-License-Identifier: Apache-2.0
// A part of dissectors.h: what routers say to each other, and machines in plants.
#pragma once

#include <memory>

#include "common/net/dpi/dissector.h"

namespace rustnet::net {

Verdict ProbeBgp(Bytes opening);
FieldList BgpFields();
std::unique_ptr<Session> StartBgp();

Verdict ProbeRip(Bytes opening);
Verdict ProbeRipng(Bytes opening);
FieldList RipFields();
std::unique_ptr<Session> StartRip();
std::unique_ptr<Session> StartRipng();

Verdict ProbeBfd(Bytes opening);
FieldList BfdFields();
std::unique_ptr<Session> StartBfd();

Verdict ProbeHsrp(Bytes opening);
FieldList HsrpFields();
std::unique_ptr<Session> StartHsrp();

Verdict ProbeModbus(Bytes opening);
FieldList ModbusFields();
std::unique_ptr<Session> StartModbus();

Verdict ProbeDnp3(Bytes opening);
FieldList Dnp3Fields();
std::unique_ptr<Session> StartDnp3();
std::unique_ptr<Session> StartDnp3Datagrams();

Verdict ProbeS7comm(Bytes opening);
FieldList S7commFields();
std::unique_ptr<Session> StartS7comm();

Verdict ProbeIec104(Bytes opening);
Verdict ProbeIec104Port(Bytes opening);
FieldList Iec104Fields();
std::unique_ptr<Session> StartIec104();

Verdict ProbeBacnet(Bytes opening);
FieldList BacnetFields();
std::unique_ptr<Session> StartBacnet();

Verdict ProbeEnip(Bytes opening);
FieldList EnipFields();
std::unique_ptr<Session> StartEnip();
std::unique_ptr<Session> StartEnipDatagrams();

Verdict ProbeOpcua(Bytes opening);
FieldList OpcuaFields();
std::unique_ptr<Session> StartOpcua();

}  // namespace rustnet::net
