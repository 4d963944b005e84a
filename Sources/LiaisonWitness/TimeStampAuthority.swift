// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import AsyncHTTPClient
import Foundation
public import LiaisonLedger
import LiaisonNotes
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// A time-stamp authority over HTTP (RFC 3161 section 3.4).
public struct TimeStampAuthority: Sendable {
    let url: String
    /// DER certificates.
    let roots: [[UInt8]]

    public init(url: String, roots: [[UInt8]]) {
        self.url = url
        self.roots = roots
    }

    /// A token over `data`, verified.
    ///
    /// - Throws: `TimeStampToken.Failure`, or the HTTP client's error.
    public func stamp(_ data: [UInt8]) async throws -> TimeStampToken {
        let question = try TimeStampRequest(data: data, nonce: RandomBytes.system(8))
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = ["content-type": TimeStampRequest.mediaType]
        request.body = .bytes(ByteBuffer(bytes: question.der))
        let response = try await Outgoing.client.execute(request, timeout: .seconds(20))
        let body = try await response.body.collect(upTo: TimeStampToken.maximumSize)
        return try question.token(inAnswer: Array(body.readableBytesView), roots: roots)
    }
}

/// Certificates in PEM (RFC 7468).
public enum PEM {
    public static func certificates(in text: String) -> [[UInt8]] {
        text.components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst().compactMap { block in
            let body = block.components(separatedBy: "-----END CERTIFICATE-----")[0]
            return Data(base64Encoded: body, options: .ignoreUnknownCharacters).map(Array.init)
        }
    }
}
