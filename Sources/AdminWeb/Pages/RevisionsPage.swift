import Hummingbird
import PolicyStore

/// Every saved state of the policy's text, what each changed, and the way back to it.
enum RevisionsPage {
    @Sendable static func list(_ request: AdminRequest) async throws -> Response {
        let policy = request.site.policy
        let wording = request.wording
        let current = await PolicyChange.current(policy)
        let history = try await policy.history()
        let view: View = [
            "revisions": history.prefix(200).map { revision -> View in
                [
                    "number": "\(revision.number)", "link": "/policy/revisions/\(revision.number)", "time": wording.moment(revision.time),
                    "author": revision.author, "note": revision.note, "current": revision.number == current,
                    "bytes": wording.bytes(UInt64(max(0, revision.byteCount))),
                ]
            },
            "some": !history.isEmpty, "file": await policy.status().file,
        ]
        return try await request.page("revisions", title: request.t["revisions"], in: .policy, view)
    }

    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        guard let number = Int64(try request.parameter("number")) else { throw AdminFailure.notFound }
        let policy = request.site.policy
        let history = try await policy.history()
        let other = request.query["from"].flatMap { Int64($0) } ?? number - 1
        let (revision, text) = try await policy.revision(number)
        let difference =
            history.contains { $0.number == other } ? try await policy.difference(other, number) : LineDifference.between("", text)
        let current = await PolicyChange.current(policy)
        let view: View = [
            "number": "\(number)", "other": other > 0 ? "\(other)" : nil, "time": request.wording.moment(revision.time),
            "author": revision.author,
            "note": revision.note, "is-current": number == current, "lines": lines(of: difference),
            "some": difference.contains { $0.kind != .same },
            "versus-current": current.flatMap { $0 != number ? "/policy/revisions/\($0)?from=\(number)" : nil },
        ]
        return try await request.page("revision", title: request.t("revision-n", "\(number)"), in: .policy, view)
    }

    /// Changed lines with three of what is around them.
    private static func lines(of difference: [LineDifference]) -> [View] {
        var shown: Set<Int> = []
        for (index, line) in difference.enumerated() where line.kind != .same {
            shown.formUnion(max(0, index - 3)...min(difference.count - 1, index + 3))
        }
        return difference.enumerated().compactMap { index, line -> View? in
            guard shown.contains(index) else { return nil }
            let sign = line.kind == .added ? "+" : line.kind == .removed ? "−" : " "
            return [
                "number": (line.new ?? line.old).map { "\($0)" }, "text": "\(sign) \(line.text)", "style": line.kind.rawValue,
                "gap": index > 0 && !shown.contains(index - 1),
            ]
        }
    }

    @Sendable static func revert(_ request: AdminRequest) async throws -> Response {
        guard let number = request.form["revision"].flatMap({ Int64($0) }) else { throw AdminFailure.bad("revision") }
        let before = await PolicyChange.current(request.site.policy)
        _ = try await request.site.policy.revert(to: number, author: request.author)
        return Reply.seeOther("/policy" + PolicyChange.done("policy-reverted", before))
    }
}
