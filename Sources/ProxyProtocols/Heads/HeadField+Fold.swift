extension HeadField {
    /// This field with a continuation line added; its value then spans the line break until ``HeadFields/unfolded(_:prefix:_:)``.
    func extended(_ bytes: UnsafeRawBufferPointer, to line: Range<Int>) -> HeadField {
        let value = ByteScan.trimmed(bytes, line)
        let end = value.isEmpty ? valueEnd : UInt32(truncatingIfNeeded: value.upperBound)
        return HeadField(
            start: start, nameEnd: nameEnd, valueStart: valueStart, valueEnd: max(valueEnd, end),
            lineEnd: UInt32(truncatingIfNeeded: line.upperBound &+ 2), known: known)
    }
}

extension HeadFields {
    /// The head with every folded value on one line, one space in place of each fold.
    /// - Parameter prefix: the start line with its CRLF.
    static func unfolded(_ bytes: UnsafeRawBufferPointer, prefix: Range<Int>, _ lines: [HeadField]) -> HeadFields {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        output.append(contentsOf: bytes[prefix])
        let moved = lines.map { line in
            let start = output.count
            output.append(contentsOf: bytes[line.name])
            let nameEnd = output.count
            ASCII.append(": ", to: &output)
            let valueStart = output.count
            appendUnfolded(bytes, line.value, to: &output)
            let valueEnd = output.count
            ASCII.append("\r\n", to: &output)
            return HeadField(
                start: UInt32(truncatingIfNeeded: start), nameEnd: UInt32(truncatingIfNeeded: nameEnd),
                valueStart: UInt32(truncatingIfNeeded: valueStart), valueEnd: UInt32(truncatingIfNeeded: valueEnd),
                lineEnd: UInt32(truncatingIfNeeded: output.count), known: line.known)
        }
        ASCII.append("\r\n", to: &output)
        return HeadFields(bytes: output, lines: moved)
    }

    private static func appendUnfolded(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>, to output: inout [UInt8]) {
        let begin = output.count
        var at = value.lowerBound
        while at < value.upperBound {
            guard bytes[at] == 0x0d else {
                output.append(bytes[at])
                at += 1
                continue
            }
            while output.count > begin, let last = output.last, ByteClass.isBlank(last) { output.removeLast() }
            while at < value.upperBound, bytes[at] == 0x0d || bytes[at] == 0x0a || ByteClass.isBlank(bytes[at]) { at += 1 }
            if output.count > begin { output.append(0x20) }
        }
    }
}
