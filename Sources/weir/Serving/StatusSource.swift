import AdminWeb
import PolicyCore
import PolicyStore
import ProxyServer
import VisitStore

/// How the program is: for `weir status`, `/api/status`, `/metrics` and the overview's alerts.
struct StatusSource: Sendable {
    let started: Instant
    let policy: PolicyStore
    let visits: VisitStore
    let proxy: ProxyServer
    let addresses: [String]
    let descriptors: Int

    func document() async -> (document: StatusDocument, counters: ProxyCounters) {
        let counters = await proxy.counters()
        let lists = await policy.lists()
        let document = StatusDocument(
            started: CivilText.time(started), policy: await policy.status(), lists: lists, visits: visits.status(), counters: counters,
            addresses: addresses)
        return (document, counters)
    }

    func current() async -> SystemStatus {
        let (document, counters) = await document()
        return SystemStatus(
            version: Version.number, started: started, isReady: document.recording == "ok", proxyAddresses: addresses,
            openConnections: counters.clientConnections, alerts: alerts(document), metrics: metrics(document, counters),
            json: (try? JSON.text(document)) ?? "{}")
    }

    private func alerts(_ document: StatusDocument) -> [String] {
        var alerts: [String] = []
        if document.recording != "ok" { alerts.append("Recording has stopped: \(document.visits.error ?? "the disk is full")") }
        if let path = document.visits.setAside { alerts.append("The visits' database was damaged and set aside as \(path)") }
        if document.visits.missing > 0 { alerts.append("\(document.visits.missing) visits are missing") }
        for error in document.policy.errors { alerts.append("Policy: \(error)") }
        for list in document.policy.missingLists { alerts.append("List \(list) has no first version yet: its categories lack it") }
        return alerts
    }

    private func metrics(_ document: StatusDocument, _ counters: ProxyCounters) -> [SystemStatus.Metric] {
        func counter(_ name: String, _ help: String, _ value: some BinaryInteger, _ labels: [(name: String, value: String)] = [])
            -> SystemStatus.Metric
        {
            SystemStatus.Metric(name, help: help, kind: .counter, value: Double(value), labels: labels)
        }
        func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) -> SystemStatus.Metric {
            SystemStatus.Metric(name, help: help, kind: .gauge, value: Double(value))
        }
        let visits = document.visits
        var metrics = [
            gauge("weir_recording", "1 while visits are recorded.", document.recording == "ok" ? 1 : 0),
            gauge("weir_policy_generation", "The policy generation in force.", document.policy.generation),
            gauge("weir_policy_errors", "What keeps a changed policy from running.", document.policy.errors.count),
            gauge("weir_lists_missing", "Lists without a first version.", document.policy.missingLists.count),
            counter("weir_visits_stored_total", "Visits in the database.", visits.stored),
            gauge("weir_visits_journal", "Visits journalled and not yet in the database.", visits.journal),
            counter("weir_visits_missing_total", "Visits known to be lost.", visits.missing),
            counter("weir_visits_refused_total", "Requests refused because recording had stopped.", visits.refused),
            counter("weir_clients_unread_total", "Clients that left before their request was complete.", visits.unread),
            gauge("weir_connections", "Client connections open.", counters.clientConnections),
            gauge("weir_upstream_connections", "Upstream connections open.", counters.upstreamConnections),
            gauge("weir_tunnels", "Tunnels open.", counters.openTunnels),
            counter("weir_connections_total", "Client connections accepted.", counters.acceptedConnections),
            counter("weir_tunnels_total", "Tunnels set up.", counters.tunnels),
            counter("weir_bytes_total", "Body bytes relayed.", counters.bytesUp, [("direction", "up")]),
            counter("weir_bytes_total", "Body bytes relayed.", counters.bytesDown, [("direction", "down")]),
            counter("weir_policy_failures_total", "Requests blocked because the matching engine failed.", counters.policyErrors),
            counter("weir_host_mismatch_total", "Requests whose Host names another than their target.", counters.hostMismatches),
            counter("weir_closed_by_policy_total", "Running requests and tunnels cut by policy.", counters.closedByPolicy),
            counter("weir_judged_again_total", "Judgements of running requests and tunnels.", counters.judgedAgain),
            counter(
                "weir_safe_search_unresolved_total", "Requests to a service whose restricted form has no address.",
                counters.unresolvedSubstitutes),
        ]
        for (verdict, count) in [
            ("allow", counters.allowed), ("block", counters.blocked), ("warn", counters.warned), ("reject", counters.rejected),
        ] {
            metrics.append(counter("weir_requests_total", "Requests and tunnels by verdict.", count, [("verdict", verdict)]))
        }
        for (reason, count) in counters.rejections.sorted(by: { $0.key < $1.key }) {
            metrics.append(counter("weir_rejections_total", "Rejects by reason.", count, [("reason", reason)]))
        }
        for (limit, count) in limits(counters) {
            metrics.append(counter("weir_limit_reached_total", "How often a limit was reached.", count, [("limit", limit)]))
        }
        for list in document.lists {
            metrics.append(
                SystemStatus.Metric(
                    "weir_list_entries", help: "Entries in force.", kind: .gauge, value: Double(list.entries), labels: [("list", list.name)]
                ))
        }
        return metrics
    }

    private func limits(_ counters: ProxyCounters) -> [(String, Int)] {
        [
            ("connections", counters.overConnections), ("connections-per-client", counters.overConnectionsPerClient),
            ("head-bytes", counters.overHeadBytes), ("head-fields", counters.overHeadFields), ("field-bytes", counters.overFieldBytes),
            ("target-bytes", counters.overTargetBytes), ("head-seconds", counters.headTimeouts), ("idle-seconds", counters.idleTimeouts),
            ("connect-seconds", counters.connectTimeouts), ("response-seconds", counters.responseTimeouts),
            ("tunnel-idle-seconds", counters.tunnelIdleTimeouts), ("slow-body", counters.slowBodies),
            ("stalled-write", counters.stalledWrites),
        ]
    }
}
