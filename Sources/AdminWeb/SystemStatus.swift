public import PolicyCore

/// How the running program is, as its owner (the executable) sees it.
public struct SystemStatus: Sendable {
    /// One number for the Prometheus text at `/metrics`.
    public struct Metric: Sendable {
        public enum Kind: String, Sendable { case counter, gauge }

        /// `[a-z_]+`, with its unit and `_total` where it is a counter.
        public var name: String
        public var help: String
        public var kind: Kind
        public var value: Double
        public var labels: [(name: String, value: String)]

        public init(_ name: String, help: String, kind: Kind, value: Double, labels: [(name: String, value: String)] = []) {
            self.name = name
            self.help = help
            self.kind = kind
            self.value = value
            self.labels = labels
        }
    }

    public var version: String
    public var started: Instant
    /// Whether requests are being served with a policy and recording works: what `/readyz` answers.
    public var isReady: Bool
    /// Addresses the proxy listens on, `host:port`.
    public var proxyAddresses: [String]
    /// Client connections open now.
    public var openConnections: Int
    /// Sentences an owner should read: recording stopped, a file set aside, a limit cut.
    public var alerts: [String]
    public var metrics: [Metric]
    /// The object `weir status --json` prints: what `/api/status` answers.
    public var json: String

    public init(
        version: String, started: Instant, isReady: Bool, proxyAddresses: [String] = [], openConnections: Int = 0, alerts: [String] = [],
        metrics: [Metric] = [], json: String = "{}"
    ) {
        self.version = version
        self.started = started
        self.isReady = isReady
        self.proxyAddresses = proxyAddresses
        self.openConnections = openConnections
        self.alerts = alerts
        self.metrics = metrics
        self.json = json
    }
}

extension SystemStatus {
    /// The metrics in Prometheus' text format, version 0.0.4: one HELP and TYPE line for each name, label values escaped.
    var prometheusText: String {
        var text = ""
        var described: Set<String> = []
        for metric in metrics {
            if described.insert(metric.name).inserted {
                text += "# HELP \(metric.name) \(Self.escape(metric.help, quotes: false))\n# TYPE \(metric.name) \(metric.kind.rawValue)\n"
            }
            let labels = metric.labels.map { "\($0.name)=\"\(Self.escape($0.value, quotes: true))\"" }.joined(separator: ",")
            let number = metric.value == metric.value.rounded() && abs(metric.value) < 1e15 ? "\(Int64(metric.value))" : "\(metric.value)"
            text += "\(metric.name)\(labels.isEmpty ? "" : "{\(labels)}") \(number)\n"
        }
        return text
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
