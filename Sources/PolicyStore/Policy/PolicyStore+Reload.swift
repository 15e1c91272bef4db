internal import Foundation
internal import Logging
internal import PolicyCore
public import PolicyFormats

extension PolicyStore {
    /// Reads the policy file and local lists again (SIGHUP). What is broken is reported by ``status()``; what ran runs on, and where no list
    /// has changed either it stays the generation it was.
    /// - Returns: what is wrong with the file; empty when all is well.
    @discardableResult
    public func reload() async -> [Diagnostic] {
        await enterLane()
        defer { leaveLane() }
        var document = running.document
        if let policyFile {
            fileSignature = FileSignature.of(policyFile)
            do {
                let (text, read, warnings) = try PolicyLoading.read(policyFile, zones: zones)
                document = read
                running = RunningPolicy(text: text, document: read, warnings: warnings, revision: nil, since: clock())
                fileErrors = []
            } catch PolicyStoreError.badPolicy(let diagnostics) {
                fileErrors = diagnostics
                logger.error(
                    "the policy file has errors, the running policy stays",
                    metadata: ["first": "\(diagnostics.first.map { "\($0)" } ?? "")"])
            } catch {
                fileErrors = [Diagnostic(file: policyFile, line: 1, column: 1, message: "\(error)")]
            }
        }
        let held = (versions(of: document), listSet.missing)
        await prepareLists(for: document)
        if !fileErrors.isEmpty, held == (versions(of: document), listSet.missing) { return fileErrors }
        do { try publish() } catch { logger.error("the policy was not published: \(error)") }
        return fileErrors
    }

    /// The version of each of the document's lists that serves.
    private func versions(of document: PolicyDocument) -> [String?] {
        document.lists.map { listState.records[$0.name]?.version?.inspection.hash }
    }

    func fileHasChanged() -> Bool {
        guard let policyFile else { return false }
        return FileSignature.of(policyFile) != fileSignature
    }

    /// Compiles what runs and hands it to everybody who asked for it.
    func publish() throws {
        let next = generation &+ 1
        let snapshot = try PolicySnapshot.compile(running.document, generation: next, lists: listSet, zones: zones, grants: grantsInForce)
        if policyFile != nil { keep { try database.set("file-policy", running.text) } }
        hand(snapshot, next)
    }

    /// The same for a change of grants alone, which needs no compiling.
    func publishGrants() {
        let next = generation &+ 1
        hand(current.with(grants: grantsInForce, generation: next), next)
    }

    /// A full disk must not keep a block from taking effect.
    private func keep(_ write: () throws -> Void) {
        do { try write() } catch { logger.error("the policy's state was not stored: \(error)") }
    }

    private func hand(_ snapshot: PolicySnapshot, _ next: UInt64) {
        keep {
            try database.setGeneration(next)
            try database.notePublished(next, revision: running.revision, time: clock())
        }
        generation = next
        LowPriority.release(current, afterSeconds: 1)
        current = snapshot
        for observer in observers { observer(snapshot) }
    }
}
