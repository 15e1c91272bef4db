import PatternMatching

extension PolicySnapshot {
    /// Who is asking (POLICY.md, "Who is asking"): an authenticated user named by a client, a MAC address, the longest prefix among
    /// clients, a user listed by a group, the longest prefix among groups, group `default`.
    public func identify(_ asker: Asker) -> Identity {
        if let (client, recognised) = clientEntry(of: asker) {
            let group = policy.clientGroups[client] ?? group(of: asker).index
            return Identity(
                client: policy.clientNames[client], group: policy.groups[group].name, recognised: recognised, clientIndex: client,
                groupIndex: group)
        }
        let (group, recognised) = group(of: asker)
        return Identity(
            client: PolicySnapshot.ownName(of: asker), group: policy.groups[group].name, recognised: recognised, clientIndex: nil,
            groupIndex: group)
    }

    private func clientEntry(of asker: Asker) -> (Int, Recognition)? {
        let directory = policy.directory
        if let user = asker.user, let client = directory.clientUsers[user] { return (client, .user) }
        if let mac = asker.mac, let client = directory.clientMACs.value(0, mac.bits, mark: 1) { return (client, .mac) }
        if let address = asker.address, let client = directory.clientPrefixes.longestMatch(address) { return (client, .address) }
        return nil
    }

    private func group(of asker: Asker) -> (index: Int, recognised: Recognition) {
        let directory = policy.directory
        if let user = asker.user, let group = directory.groupUsers[user] { return (group, .groupUser) }
        if let address = asker.address, let group = directory.groupPrefixes.longestMatch(address) { return (group, .groupAddress) }
        return (policy.defaultGroup, .none)
    }

    /// The name of a device without an entry: its user name, or else its address.
    private static func ownName(of asker: Asker) -> String {
        asker.user ?? asker.address.map(\.description) ?? asker.mac.map(\.description) ?? ""
    }
}
