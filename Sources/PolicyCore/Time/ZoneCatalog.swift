/// Where time zones come from: PolicyCore reads no files.
public protocol ZoneCatalog: Sendable {
    /// The zone of an IANA name such as `Europe/Paris`; nil where there is none.
    func zone(_ name: String) -> ZoneTable?
    /// Every name there is, for offers of a near one.
    var names: [String] { get }
    /// The machine's own zone's name.
    var machineZone: String { get }
}
