import PatternMatching

extension PolicySnapshot {
    /// Compiles a document.
    /// - Parameters:
    ///   - generation: grows with every published policy, list or grant change.
    ///   - lists: every list the document refers to, as far as there is a version of it.
    ///   - grants: grants and pauses given in the browser.
    /// - Throws: where the document names what does not exist or holds an entry that cannot be read; never for a document read without errors.
    public static func compile(
        _ document: PolicyDocument, generation: UInt64, lists: ListSet, zones: some ZoneCatalog, grants: [Grant]
    ) throws(PolicyCompileError) -> PolicySnapshot {
        var compiler = PolicyCompiler(document, lists: lists)
        let policy = try compiler.compile(zones: zones)
        return PolicySnapshot(
            generation: generation, document: document, policy: policy,
            grants: CompiledGrants(grants, categories: policy.categories, indexes: policy.categoryIndexes))
    }
}
