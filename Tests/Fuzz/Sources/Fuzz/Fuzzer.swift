import CFuzzer
import Glibc

/// libFuzzer's loop around one target.
enum Fuzzer {
    #if FUZZER
        /// Written once, before libFuzzer's loop begins; that loop runs on the same thread.
        nonisolated(unsafe) private static var target: FuzzCase?

        static func run(_ target: FuzzCase) -> Never {
            self.target = target
            var count = CommandLine.argc
            var all: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
            exit(LLVMFuzzerRunDriver(&count, &all) { bytes, count in Fuzzer.feed(UnsafeRawBufferPointer(start: bytes, count: count)) })
        }

        private static func feed(_ input: UnsafeRawBufferPointer) -> Int32 {
            if let fault = target?.run(input) {
                say("fault: \(fault)")
                abort()
            }
            return 0
        }
    #else
        static func run(_ target: FuzzCase) -> Never { fail("built without the fuzzer's runtime: corpora can be replayed only") }
    #endif
}
