public import PolicyFormats

/// Why the store did not do what was asked; nothing stored was changed.
public enum PolicyStoreError: Error, Sendable, Hashable {
    /// The text is no policy; the diagnostics say where.
    case badPolicy([Diagnostic])
    /// The policy is a file: it is edited there.
    case readOnly
    case noSuchRevision(Int64)
    case noSuchGrant(Int64)
    case noSuchAsk(Int64)
    case alreadyDecided(Int64)
    case noSuchList(String)
    case noSuchAccount(String)
    /// A value that cannot be: the message says which and why, fit to be shown.
    case badValue(String)
    /// There is nothing to confirm or to refresh.
    case nothingToDo(String)
    /// The data directory, the database or a file could not be used.
    case storage(String)
}

extension PolicyStoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badPolicy(let diagnostics): diagnostics.map { "\($0)" }.joined(separator: "\n")
        case .readOnly: "the policy is a file; it is edited there"
        case .noSuchRevision(let number): "no revision \(number)"
        case .noSuchGrant(let id): "no grant \(id)"
        case .noSuchAsk(let id): "no request \(id)"
        case .alreadyDecided(let id): "request \(id) is already decided"
        case .noSuchList(let name): "no list \(name)"
        case .noSuchAccount(let name): "no account \(name)"
        case .badValue(let message), .nothingToDo(let message), .storage(let message): message
        }
    }
}
