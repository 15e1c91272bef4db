/// Which upgrades pass (RFC 9110, 7.8): WebSocket alone.
enum UpgradeRules {
    /// Whether a value of Upgrade names WebSocket.
    static func namesWebSocket(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        for element in ListElements(bytes, range) where ASCII.matches(UnsafeRawBufferPointer(rebasing: bytes[element]), "websocket") {
            return true
        }
        return false
    }
}
