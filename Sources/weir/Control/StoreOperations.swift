import Foundation
import PolicyCore
import PolicyFormats
import PolicyStore

/// What commands do to policy, lists and accounts: the same code in a running server and, with the data directory's lock, without one.
struct StoreOperations {
    static let author = "command line"

    let policy: PolicyStore

    /// - Returns: the answer's text; nil for a command that is none of these.
    /// - Throws: a sentence for people.
    func perform(_ request: ControlRequest) async throws -> String? {
        switch request.command {
        case "policy-export": await policy.text
        case "policy-apply": try await apply(request.arguments)
        case "policy-history": try JSON.text(try await policy.history().map(RevisionLine.init))
        case "policy-revert": try JSON.text(RevisionLine(try await policy.revert(to: try number(request, "revision"), author: Self.author)))
        case "lists-status": try JSON.text(await policy.lists().map(ListAnswer.init))
        case "lists-update": try await update(request.arguments["name"])
        case "lists-import": try await importList(request)
        case "lists-diff": try JSON.text(try await difference(try text(request, "name")))
        case "lists-overlap": try JSON.text(try await policy.overlap())
        case "lists-rollback": try await rollBack(request)
        case "user-add": try await addUser(request)
        case "user-passwd":
            try await changed {
                try await policy.accounts.setPassword(
                    try text(request, "name"), password: try text(request, "password"), author: Self.author)
            }
        case "user-list": try JSON.text(try policy.accounts.list().map(AccountLine.init))
        case "user-remove": try await changed { try policy.accounts.remove(try text(request, "name"), author: Self.author) }
        case "user-token": try policy.accounts.makeToken(try text(request, "name"), name: "command line", author: Self.author)
        default: nil
        }
    }

    private func changed(_ change: () async throws -> Void) async throws -> String {
        try await change()
        return ""
    }

    private func text(_ request: ControlRequest, _ key: String) throws -> String {
        guard let value = request.arguments[key], !value.isEmpty else { throw Terminal.Failure("\(request.command): `\(key)` is missing") }
        return value
    }

    private func number(_ request: ControlRequest, _ key: String) throws -> Int64 {
        let value = try text(request, key)
        guard let number = Int64(value) else { throw Terminal.Failure("\"\(value)\" is not a number") }
        return number
    }

    private func apply(_ arguments: [String: String]) async throws -> String {
        do {
            let revision = try await policy.save(arguments["text"] ?? "", author: Self.author, note: arguments["note"])
            return try JSON.text(RevisionLine(revision))
        } catch PolicyStoreError.badPolicy(let diagnostics) {
            let file = arguments["file"] ?? "policy"
            let lines = diagnostics.map { found in
                var found = found
                found.file = file
                return "\(found)"
            }
            throw Terminal.Failure(lines.joined(separator: "\n"))
        }
    }

    private func update(_ name: String?) async throws -> String {
        let names: [String]
        if let name { names = [name] } else { names = await policy.lists().map(\.name) }
        for name in names { _ = try await policy.refresh(name) }
        return try JSON.text(await policy.lists().filter { names.contains($0.name) }.map(ListAnswer.init))
    }

    private func importList(_ request: ControlRequest) async throws -> String {
        let name = try text(request, "name")
        let word = request.arguments["format"] ?? "auto"
        guard let format = ListDeclaration.Format(rawValue: word) else { throw Terminal.Failure("\"\(word)\" is no list format") }
        _ = try await policy.addList(
            name, source: try text(request, "source"), format: format, category: request.arguments["category"], author: Self.author)
        return try JSON.text(await policy.lists().filter { $0.name == name }.map(ListAnswer.init))
    }

    private func rollBack(_ request: ControlRequest) async throws -> String {
        let name = try text(request, "name")
        let list =
            request.arguments["undo"] != nil
            ? try await policy.undoRollback(ofList: name, author: Self.author)
            : try await policy.rollBack(list: name, to: request.arguments["version"], author: Self.author)
        return try JSON.text([ListAnswer(list)])
    }

    private func difference(_ name: String) async throws -> ListDifference {
        guard let comparison = try await policy.difference(ofList: name) else {
            throw Terminal.Failure("list \(name) has no version before the present one")
        }
        let status = await policy.lists().first { $0.name == name }
        return ListDifference(name: name, pending: status?.state == .held, comparison)
    }

    private func addUser(_ request: ControlRequest) async throws -> String {
        let word = try text(request, "role")
        guard let role = Account.Role(rawValue: word) else { throw Terminal.Failure("\"\(word)\" is no role") }
        _ = try await policy.accounts.create(
            try text(request, "name"), password: try text(request, "password"), role: role, author: Self.author)
        return ""
    }
}

/// A revision as `weir policy history --json` writes it.
struct RevisionLine: Codable {
    var revision: Int64
    var time: String
    var author: String
    var note: String?
    var bytes: Int

    init(_ revision: Revision) {
        self.revision = revision.number
        time = CivilText.time(revision.time)
        author = revision.author
        note = revision.note
        bytes = revision.byteCount
    }

    /// Absent values are null: a program finds every key.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(revision, forKey: .revision)
        try container.encode(time, forKey: .time)
        try container.encode(author, forKey: .author)
        try container.encode(note, forKey: .note)
        try container.encode(bytes, forKey: .bytes)
    }
}

/// An account as `weir user list --json` writes it.
struct AccountLine: Codable {
    var name: String
    var role: String
    var created: String
    var lastSignIn: String?

    init(_ account: Account) {
        name = account.name
        role = account.role.rawValue
        created = CivilText.time(account.created)
        lastSignIn = account.lastSignIn.map(CivilText.time)
    }

    /// Absent values are null: a program finds every key.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(role, forKey: .role)
        try container.encode(created, forKey: .created)
        try container.encode(lastSignIn, forKey: .lastSignIn)
    }
}
