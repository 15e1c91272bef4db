import CFuzzer
import Glibc

// fuzz list                         the targets' names, one a line
// fuzz replay NAME FILE…            runs the inputs of corpora (a line each, hexadecimal) through a target
// WEIR_FUZZ_TARGET=NAME fuzz [libFuzzer's arguments]: by a variable, because libFuzzer starts itself anew with its own arguments alone
let arguments = CommandLine.arguments
if let name = getenv("WEIR_FUZZ_TARGET") { Fuzzer.run(target(String(cString: name))) }
switch arguments.dropFirst().first {
case "list": for target in FuzzCase.all { print(target.name) }
case "replay" where arguments.count > 2: Replay.run(target(arguments[2]), files: Array(arguments.dropFirst(3)))
default: fail("fuzz list | replay NAME FILE… | WEIR_FUZZ_TARGET=NAME fuzz [libFuzzer's arguments]")
}

func target(_ name: String) -> FuzzCase {
    guard let found = FuzzCase.all.first(where: { $0.name == name }) else { fail("\(name) is no target: see `fuzz list`") }
    return found
}

func fail(_ message: String) -> Never {
    say(message)
    exit(2)
}

/// A line on the error output.
func say(_ message: String) {
    let line = Array(message.utf8) + [0x0a]
    _ = write(2, line, line.count)
}
