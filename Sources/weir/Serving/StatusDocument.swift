import Glibc
import PolicyStore
import ProxyServer
import VisitStore

/// What `weir status --json` and `/api/status` say.
struct StatusDocument: Codable, Sendable {
    struct Policy: Codable, Sendable {
        var generation: UInt64
        /// `file` or `database`.
        var source: String
        var file: String?
        var revision: Int64?
        var since: String
        var errors: [String]
        var warnings: [String]
        var missingLists: [String]
    }

    struct List: Codable, Sendable {
        var name: String
        var state: String
        var serving: Bool
        var entries: Int
        var rejected: Int
        var lastSuccess: String?
        var error: String?
    }

    struct Visits: Codable, Sendable {
        var stored: UInt64
        var journal: UInt64
        var missing: UInt64
        var refused: UInt64
        var unread: UInt64
        var setAside: String?
        var error: String?
        var databaseBytes: UInt64
        var journalBytes: UInt64
    }

    struct Proxy: Codable, Sendable {
        var addresses: [String]
        var connections: Int
        var upstreamConnections: Int
        var tunnels: Int
        var requests: Int
        var allowed: Int
        var blocked: Int
        var warned: Int
        var rejected: Int
        var policyErrors: Int
        var rejections: [String: Int]
    }

    var version: String
    /// The process that serves.
    var pid: Int32
    var started: String
    /// `ok` or `stopped`.
    var recording: String
    var policy: Policy
    var lists: [List]
    var visits: Visits
    var proxy: Proxy

    init(
        started: String, policy: PolicyStatus, lists: [ListStatus], visits: VisitStoreStatus, counters: ProxyCounters, addresses: [String]
    ) {
        version = Version.number
        pid = getpid()
        self.started = started
        recording = visits.recording.rawValue
        self.policy = Policy(policy)
        self.lists = lists.map(List.init)
        self.visits = Visits(
            stored: visits.stored, journal: visits.journal, missing: visits.missing, refused: visits.refused, unread: visits.unread,
            setAside: visits.setAside, error: visits.error, databaseBytes: visits.databaseBytes, journalBytes: visits.journalBytes)
        proxy = Proxy(
            addresses: addresses, connections: counters.clientConnections, upstreamConnections: counters.upstreamConnections,
            tunnels: counters.openTunnels, requests: counters.requests, allowed: counters.allowed, blocked: counters.blocked,
            warned: counters.warned, rejected: counters.rejected, policyErrors: counters.policyErrors, rejections: counters.rejections)
    }
}

extension StatusDocument.Policy {
    init(_ status: PolicyStatus) {
        generation = status.generation
        switch status.source {
        case .file(let path):
            source = "file"
            file = path
        case .database(let number):
            source = "database"
            revision = number
        }
        since = CivilText.time(status.since)
        errors = status.errors
        warnings = status.warnings
        missingLists = status.missingLists
    }
}

extension StatusDocument.List {
    init(_ status: ListStatus) {
        name = status.name
        // Whatever became of the attempts: without a first version it is missing, and `error` says why.
        state = (status.isServing ? status.state : .missing).rawValue
        serving = status.isServing
        entries = status.entries
        rejected = status.rejected
        lastSuccess = status.lastSuccess.map(CivilText.time)
        error = status.error
    }
}
