import PatternMatching

extension PolicySnapshot {
    /// Every step of "Who is asking" (POLICY.md), each with what it found.
    func recognition(_ asker: Asker) -> [VerdictPath.Recognition] {
        let identity = identify(asker)
        let ownGroup = identity.clientIndex.flatMap { policy.clientGroups[$0] } != nil
        var steps = clientSteps(asker)
        if let settled = steps.firstIndex(where: { $0.found != nil }) {
            steps[settled].settlesClient = true
            steps[settled].settlesGroup = ownGroup
        }
        if ownGroup { return steps }
        var groups = groupSteps(asker)
        if let settled = groups.firstIndex(where: { $0.found != nil }) { groups[settled].settlesGroup = true }
        return steps + groups
    }

    private func clientSteps(_ asker: Asker) -> [VerdictPath.Recognition] {
        let directory = policy.directory
        let address = asker.address.flatMap { directory.clientPrefixes.longestMatch($0) }
        return [
            step(.user, asker.user, asker.user.flatMap { directory.clientUsers[$0] }.map { policy.clientNames[$0] }, asker.user),
            step(
                .mac, asker.mac?.description,
                asker.mac.flatMap { directory.clientMACs.value(0, $0.bits, mark: 1) }.map { policy.clientNames[$0] },
                asker.mac?.description),
            step(
                .address, asker.address?.description, address.map { policy.clientNames[$0] },
                address.flatMap { found in
                    longest(document.clients.first { $0.name == policy.clientNames[found] }?.addresses ?? [], asker.address)
                }),
        ]
    }

    private func groupSteps(_ asker: Asker) -> [VerdictPath.Recognition] {
        let directory = policy.directory
        let group = asker.address.flatMap { directory.groupPrefixes.longestMatch($0) }.map { policy.groups[$0].name }
        return [
            step(.groupUser, asker.user, asker.user.flatMap { directory.groupUsers[$0] }.map { policy.groups[$0].name }, asker.user),
            step(
                .groupAddress, asker.address?.description, group,
                group.flatMap { name in longest(document.groups.first { $0.name == name }?.addresses ?? [], asker.address) }),
            step(.none, nil, policy.groups.indices.contains(policy.defaultGroup) ? policy.groups[policy.defaultGroup].name : nil, nil),
        ]
    }

    private func step(_ by: Recognition, _ given: String?, _ found: String?, _ entry: String?) -> VerdictPath.Recognition {
        VerdictPath.Recognition(
            by: by, given: given, found: found, entry: found == nil ? nil : entry, settlesClient: false, settlesGroup: false)
    }

    private func longest(_ prefixes: [IPPrefix], _ address: IPAddress?) -> String? {
        guard let address else { return nil }
        return prefixes.filter { $0.contains(address) }.max { $0.length < $1.length }?.description
    }
}
