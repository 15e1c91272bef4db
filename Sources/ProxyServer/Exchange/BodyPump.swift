import NIOCore
import ProxyProtocols

/// Drives a body reader over a buffer: what is to be passed on leaves as slices of it, uncopied.
enum BodyPump {
    enum End {
        case more
        case end
        case refused(Refusal)
    }

    /// Consumes what was read of `input`.
    static func run(_ body: inout BodyReader, over input: inout ByteBuffer, pass: (ByteBuffer) -> Void) -> End {
        var position = 0
        while true {
            let step = input.withUnsafeReadableBytes { body.read($0, from: &position) }
            switch step {
            case .forward(let range):
                if let slice = input.getSlice(at: input.readerIndex + range.lowerBound, length: range.count) { pass(slice) }
            case .write(let bytes):
                if !bytes.isEmpty { pass(ByteBuffer(bytes: bytes)) }
            case .more:
                input.moveReaderIndex(forwardBy: input.readableBytes)
                return .more
            case .end:
                input.moveReaderIndex(forwardBy: min(position, input.readableBytes))
                return .end
            case .refuse(let refusal):
                return .refused(refusal)
            }
        }
    }
}
