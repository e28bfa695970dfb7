// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/application_text.h"

#include <algorithm>
#include <array>

namespace rustnet {
namespace {

struct Summary {
  std::string_view protocol;
  std::array<std::string_view, 3> fields;  // the first value of each, with a blank between
};
constexpr Summary kSummaries[] = {
    {"http", {"http_method", "http_path", "http_status"}},
    {"http2", {"http_method", "http_path", "http_status"}},
    {"tls", {"tls_version", "alpn_selected"}},
    {"dtls", {"tls_version", "alpn_selected"}},
    {"quic", {"quic_version", "alpn"}},
    {"dns", {"dns_qtype", "dns_answers"}},
    {"mdns", {"dns_qtype", "dns_answers"}},
    {"llmnr", {"dns_qtype", "dns_answers"}},
    {"ssh", {"ssh_server"}},
    {"dhcp", {"dhcp_type", "dhcp_hostname"}},
    {"ntp", {"ntp_version", "ntp_mode"}},
    {"snmp", {"snmp_version", "snmp_pdu"}},
    {"ssdp", {"ssdp_method", "ssdp_st"}},
    {"stun", {"stun_class", "stun_software"}},
    {"mqtt", {"mqtt_version", "mqtt_client_id"}},
    {"ftp", {"ftp_command"}},
    {"smtp", {"smtp_command"}},
    {"imap", {"imap_command"}},
    {"pop3", {"pop_command"}},
    {"nntp", {"nntp_command"}},
    {"irc", {"irc_command", "irc_nick"}},
    {"sip", {"sip_method", "sip_status", "sip_user_agent"}},
    {"rtsp", {"rtsp_method", "rtsp_status"}},
    {"socks", {"socks_version", "socks_destination"}},
    {"tftp", {"tftp_request", "tftp_file"}},
    {"syslog", {"syslog_facility", "syslog_severity"}},
    {"mysql", {"mysql_version", "mysql_user"}},
    {"postgresql", {"postgresql_user", "postgresql_database"}},
    {"redis", {"redis_command"}},
    {"memcached", {"memcached_command"}},
    {"mongodb", {"mongodb_command"}},
    {"kafka", {"kafka_client"}},
    {"cassandra", {"cassandra_driver"}},
    {"tds", {"tds_user", "tds_database"}},
    {"oracle-tns", {"tns_service", "tns_user"}},
    {"ldap", {"ldap_operation", "ldap_bind_dn"}},
    {"kerberos", {"krb_message", "krb_cname", "krb_sname"}},
    {"radius", {"radius_code", "radius_user"}},
    {"diameter", {"diameter_command", "diameter_host"}},
    {"netbios-ssn", {"smb_dialect"}},
    {"dcerpc", {"dcerpc_type"}},
    {"rpc", {"rpc_program", "rpc_procedure"}},
    {"vnc", {"vnc_version"}},
    {"ike", {"ike_version", "ike_exchange"}},
    {"openvpn", {"openvpn_opcode"}},
    {"wireguard", {"wireguard_message"}},
    {"dhcpv6", {"dhcpv6_type"}},
    {"coap", {"coap_code", "coap_path"}},
    {"bgp", {"bgp_type", "bgp_as"}},
    {"bfd", {"bfd_state"}},
    {"modbus", {"modbus_function"}},
    {"dnp3", {"dnp3_function"}},
    {"s7comm", {"s7_function"}},
    {"iec104", {"iec104_type"}},
    {"bacnet", {"bacnet_function"}},
    {"enip", {"enip_command"}},
    {"opcua", {"opcua_endpoint"}},
    {"netflow", {"netflow_version"}},
    {"sflow", {"sflow_version"}},
    {"ptp", {"ptp_message"}},
    {"bittorrent", {"bt_kind"}},
    {"vxlan", {"vxlan_vni"}},
    {"geneve", {"geneve_vni"}},
    {"gtp", {"gtp_version"}},
    {"git", {"git_command", "git_repository"}},
    {"rsync", {"rsync_version", "rsync_module"}},
    {"nats", {"nats_command", "nats_subject"}},
    {"mgcp", {"mgcp_command"}},
    {"ajp", {"ajp_method", "ajp_path"}},
    {"x11", {"x11_version"}},
    {"tacacs", {"tacacs_type"}},
    {"msdp", {"msdp_type"}},
    {"gearman", {"gearman_packet"}},
    {"zabbix", {"zabbix_request"}},
    {"fix", {"fix_version", "fix_type"}},
    {"rlogin", {"rlogin_user"}},
    {"ipmi", {"ipmi_class"}},
    {"nat-pmp", {"natpmp_opcode"}},
    {"ldp", {"ldp_message"}},
    {"someip", {"someip_service"}},
    {"collectd", {"collectd_host"}},
    {"mqttsn", {"mqttsn_message", "mqttsn_client_id"}},
    {"lisp", {"lisp_type"}},
    {"skinny", {"skinny_message"}},
    {"h323", {"h323_message"}},
    {"iscsi", {"iscsi_initiator", "iscsi_target"}},
};

// Fields that hold what an application's row is about, best first.
constexpr std::string_view kNames[] = {"sni",          "http_host",     "dns_qname",
                                       "netbios_name", "dhcp_hostname", "rtsp_url"};

std::string_view First(const net::ApplicationFacts& facts, std::string_view field) {
  for (const net::ApplicationFacts::Value& value : facts.values) {
    if (value.field->name == field && !value.field->secret) return value.text;
  }
  return {};
}

// RFC 792, 4443, 4861: the types that a user meets.
std::string IcmpText(uint8_t type) {
  switch (type) {
    case 0:
      return "ECHO_REPLY";
    case 3:
      return "UNREACHABLE";
    case 4:
      return "SOURCE_QUENCH";
    case 5:
      return "REDIRECT";
    case 8:
      return "ECHO_REQUEST";
    case 9:
      return "ROUTER_ADVERTISEMENT";
    case 10:
      return "ROUTER_SOLICITATION";
    case 11:
      return "TIME_EXCEEDED";
    case 12:
      return "PARAMETER_PROBLEM";
    case 13:
      return "TIMESTAMP";
    case 14:
      return "TIMESTAMP_REPLY";
    default:
      return "TYPE_" + std::to_string(type);
  }
}

std::string Icmpv6Text(uint8_t type) {
  switch (type) {
    case 1:
      return "UNREACHABLE";
    case 2:
      return "PACKET_TOO_BIG";
    case 3:
      return "TIME_EXCEEDED";
    case 4:
      return "PARAMETER_PROBLEM";
    case 128:
      return "ECHO_REQUEST";
    case 129:
      return "ECHO_REPLY";
    case 130:
      return "MLD_QUERY";
    case 131:
      return "MLD_REPORT";
    case 132:
      return "MLD_DONE";
    case 133:
      return "ROUTER_SOLICITATION";
    case 134:
      return "ROUTER_ADVERTISEMENT";
    case 135:
      return "NEIGHBOR_SOLICITATION";
    case 136:
      return "NEIGHBOR_ADVERTISEMENT";
    case 137:
      return "REDIRECT";
    case 143:
      return "MLDV2_REPORT";
    default:
      return "TYPE_" + std::to_string(type);
  }
}

// RFC 2236, 3376.
std::string IgmpText(uint8_t type) {
  switch (type) {
    case 0:
      return "";
    case 0x11:
      return "QUERY";
    case 0x12:
      return "V1_REPORT";
    case 0x16:
      return "V2_REPORT";
    case 0x17:
      return "LEAVE";
    case 0x22:
      return "V3_REPORT";
    default:
      return "TYPE_" + std::to_string(type);
  }
}

// The name in a Host field (RFC 9110 section 7.2: uri-host and perhaps a port); empty if it is an
// address.
std::string_view HostOf(std::string_view field) {
  const std::string_view host = field.substr(0, field.rfind(':'));
  return field.starts_with('[') || IpAddress::Parse(host) ? std::string_view() : host;
}

}  // namespace

OwnName NameIn(const net::ApplicationFacts& facts) {
  if (const std::string_view sni = First(facts, "sni"); !sni.empty()) {
    return {sni, model::NameSource::kSni};
  }
  if (const std::string_view host = HostOf(First(facts, "http_host")); !host.empty()) {
    return {host, model::NameSource::kHttpHost};
  }
  return {};
}

void DescribeApplication(const net::ApplicationFacts& facts, net::Stage stage, bool detail,
                         model::Application* out) {
  if (facts.protocols.empty()) return;
  out->protocol = facts.protocols.front()->name;
  for (const net::Dissector* dissector : facts.protocols) {
    out->protocols.emplace_back(dissector->name);
  }
  out->evidence = static_cast<model::Evidence>(facts.evidence);
  for (const std::string_view field : kNames) {
    if (!out->name.empty()) break;
    out->name = First(facts, field);
  }
  for (const Summary& summary : kSummaries) {
    if (summary.protocol != out->protocol) continue;
    for (const std::string_view field : summary.fields) {
      const std::string_view value = field.empty() ? field : First(facts, field);
      if (value.empty()) continue;
      if (!out->summary.empty()) out->summary += ' ';
      out->summary += value;
    }
  }
  // The row's state is TCP's; that of QUIC is the row's own.
  const std::string_view ssh_state = net::IsSsh(stage) ? net::StageName(stage) : "";
  if (!ssh_state.empty()) out->summary.append(out->summary.empty() ? "" : " ").append(ssh_state);
  if (!detail) return;
  for (const net::ApplicationFacts::Value& value : facts.values) {
    if (value.field->secret) continue;
    auto field = std::find_if(out->fields.begin(), out->fields.end(),
                              [&](const auto& f) { return f.name == value.field->name; });
    if (field == out->fields.end()) {
      field = out->fields.insert(field, {std::string(value.field->name), {}});
    }
    field->values.emplace_back(value.text);
  }
  if (!ssh_state.empty()) out->fields.push_back({"ssh_state", {std::string(ssh_state)}});
}

std::string ControlStateText(const Record& record) {
  switch (record.key.protocol) {
    case net::Protocol::kIcmp:
      return IcmpText(record.icmp_type);
    case net::Protocol::kIcmpv6:
      return Icmpv6Text(record.icmp_type);
    case net::Protocol::kIgmp:
      return IgmpText(record.igmp_type);
    case net::Protocol::kArp:  // RFC 826
      return record.arp_operation == 1 ? "REQUEST" : record.arp_operation == 2 ? "REPLY" : "";
    default:
      return "";
  }
}

}  // namespace rustnet
