import ArgumentParser
import AsyncHTTPClient
import CAssets
import Crypto
import AdminWeb
import Yams
import X509
import ServiceLifecycle
import NIOSSL
@main
struct Weir: AsyncParsableCommand {
    func run() async throws { print(weir_assets) }
}
