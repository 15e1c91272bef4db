import PatternMatching

/// Every source whose entries can bring a request under a rule: one look tells that a rule is not about a URL, whatever its targets.
struct Reach: Sendable {
    private(set) var own = SourceSet()
    private(set) var lists = SourceSet()
    private(set) var grants = SourceSet()

    /// nil where something else than an entry can: `all`, a port, a required list that is missing …
    init?(_ targets: [CompiledTarget], _ categories: [CompiledCategory]) {
        for target in targets {
            switch target {
            case .own(let source): own.insert(source)
            case .granted(let source): grants.insert(source)
            case .category(let index):
                let sources = categories[index].includes
                if sources.isMissing { return nil }
                if let source = sources.own { own.insert(source) }
                for source in sources.lists { lists.insert(source) }
            default: return nil
            }
        }
    }
}
