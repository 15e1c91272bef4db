internal import Foundation
internal import PolicyCore

// Going back to a version of a list that served before.
extension PolicyStore {
    /// Lets a kept version of a list serve again, at once and without a fetch. It serves until the source offers a version that differs from
    /// the one gone back from, or until ``undoRollback(ofList:author:)``.
    /// - Parameter version: the beginning of its id, four digits at least; nil for the one that served last before.
    /// - Throws: ``PolicyStoreError/nothingToDo(_:)`` where there is no such version.
    public func rollBack(list name: String, to version: String? = nil, author: String) async throws -> ListStatus {
        try await goBack(name, author: author, action: "list.rollback") { record in
            guard let version else {
                guard let last = record.previous else {
                    throw PolicyStoreError.nothingToDo("no version of \(name) before this one is kept")
                }
                return last
            }
            let found = record.kept.filter { version.utf8.count >= 4 && $0.inspection.hash.hasPrefix(version) }
            guard let first = found.first, found.count == 1 else {
                throw PolicyStoreError.nothingToDo("no version \(version) of \(name) is kept")
            }
            return first
        }
    }

    /// Lets the version that was gone back from serve again; where it is not kept any more the source is asked for it.
    public func undoRollback(ofList name: String, author: String) async throws -> ListStatus {
        guard let record = listState.records[name] else { throw PolicyStoreError.noSuchList(name) }
        guard let left = record.rollback else { throw PolicyStoreError.nothingToDo("\(name) was not rolled back") }
        if record.kept.contains(where: { $0.inspection.hash == left.hash }) {
            return try await rollBack(list: name, to: left.hash, author: author)
        }
        try accounts.audit(author, "list.rollback", "\(name): undone")
        var free = record
        (free.rollback, free.nextAttempt) = (nil, nil)
        setRecord(free, of: name)
        return try await refresh(name)
    }

    private func goBack(
        _ name: String, author: String, action: String, choose: (ListRecord) throws -> ListRecord.Version
    ) async throws -> ListStatus {
        await enterLane()
        defer { leaveLane() }
        guard let known = listState.records[name], running.document.lists.contains(where: { $0.name == name }) else {
            throw PolicyStoreError.noSuchList(name)
        }
        let target = try choose(known)
        guard library.holds(name, target) else { throw PolicyStoreError.nothingToDo("the version's file is not there any more") }
        if let damage = await damage(of: target, name) {
            throw PolicyStoreError.nothingToDo("version \(target.id) of \(name) cannot serve: \(damage)")
        }
        guard var record = listState.records[name] else { throw PolicyStoreError.noSuchList(name) }
        try accounts.audit(author, action, "\(name): \(target.id)")
        record.goBack(to: target, author: author, at: clock())
        setRecord(record, of: name)
        try await serveLists()
        return try status(of: name)
    }
}

extension ListRecord.Version {
    var id: String { String(inspection.hash.prefix(12)) }

    func shown(as role: ListVersion.Role) -> ListVersion {
        var shown = ListVersion(id: id, role: role, time: time, entries: inspection.entries, hash: inspection.hash)
        shown.rejected = inspection.rejected
        return shown
    }
}

extension ListRecord {
    /// What a list's page tells of its versions, the one that serves first.
    var versions: [ListVersion] {
        [version?.shown(as: .serving), held?.shown(as: .held)].compactMap { $0 } + kept.map { $0.shown(as: .kept) }
    }
}
