@testable import PolicyFormats

/// JSON lines of batch questions.
enum JSONTexts {
    static func fault(_ input: UnsafeRawBufferPointer) -> String? {
        guard let text = String(validating: input, as: UTF8.self) else { return nil }
        do throws(JSONReader.Failure) { _ = try JSONReader.read(text) } catch {
            if error.offset < 0 || error.offset > input.count { return "offset \(error.offset) of \(input.count)" }
        }
        return nil
    }
}
