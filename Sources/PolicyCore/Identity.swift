/// Who somebody turned out to be: made once for a connection or request and good for one snapshot.
public struct Identity: Sendable, Hashable {
    /// The client entry's name, else the user name, else the address.
    public let client: String
    public let group: String
    public let recognised: Recognition
    /// Index of the client entry, nil for a device without one.
    let clientIndex: Int?
    let groupIndex: Int

    init(client: String, group: String, recognised: Recognition, clientIndex: Int?, groupIndex: Int) {
        self.client = client
        self.group = group
        self.recognised = recognised
        self.clientIndex = clientIndex
        self.groupIndex = groupIndex
    }
}

/// How a client was recognised, in the order tried.
public enum Recognition: String, Sendable, Codable {
    case user, mac, address
    case groupUser = "group-user"
    case groupAddress = "group-address"
    case none
}
