internal import PolicyCore
internal import PolicyFormats

/// Whether a new version of a list may take the place of the one that serves.
enum ListJudgement: Hashable {
    case accept
    /// Somebody has to confirm it.
    case hold(String)
    case refuse(String)

    /// - Parameters:
    ///   - used: members the policy uses; `""` for the whole list.
    ///   - isRemote: what comes over the network and is empty was never meant so.
    static func of(_ new: ListInspection, after old: ListInspection?, used: Set<String>, isRemote: Bool) -> ListJudgement {
        let used = used.isEmpty ? [""] : used
        if new.entries == 0 {
            if new.rejected > 0 { return .refuse("none of its \(new.rejected) lines can be used") }
            if isRemote || (old?.entries ?? 0) > 0 { return .refuse("it holds no entry") }
            return .accept
        }
        if new.commonHosts > CommonHosts.all.count / 2, new.commonHosts > old?.commonHosts ?? 0 {
            return .hold("it matches \(new.commonHosts) of \(CommonHosts.all.count) common sites")
        }
        guard let old else { return .accept }
        if let change = change(from: old.entries(of: used), to: new.entries(of: used)) { return .hold("it \(change)") }
        // What one member lost is not seen beside another of millions.
        for member in used.sorted() where !member.isEmpty {
            if let change = change(from: old.entries(of: [member]), to: new.entries(of: [member])) {
                return .hold("its member \(member) \(change)")
            }
        }
        return .accept
    }

    /// - Returns: what is abnormal about such a change; nil where nothing is.
    private static func change(from before: Int, to after: Int) -> String? {
        if before >= 100, after < before / 2 { return "shrank from \(before) to \(after) entries" }
        if before >= 1000, after > before.multipliedReportingOverflow(by: 4).partialValue {
            return "grew from \(before) to \(after) entries"
        }
        return nil
    }
}
