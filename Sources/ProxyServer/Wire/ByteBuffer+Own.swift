import NIOCore

extension ByteBuffer {
    /// Moves what is left of a reading into memory of its own: a reading lies in memory that its whole loop reads into, and that is many times
    /// as large. Where nothing is left none is kept.
    mutating func makeOwn() {
        let length = readableBytes
        if length == 0 {
            self = ByteBuffer()
        } else if storageCapacity > 2 * length + 1_024 {
            var own = ByteBufferAllocator().buffer(capacity: length)
            own.writeImmutableBuffer(self)
            self = own
        }
    }
}
