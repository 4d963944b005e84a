// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import COpenSSL
public import LiaisonNotes

/// A time-stamp token (RFC 3161) over some bytes, as DER. Not verified.
public struct TimeStampToken: Hashable, Sendable {
    public static let maximumSize = 64 << 10
    public let der: [UInt8]

    public init(der: [UInt8]) { self.der = der }

    public enum Failure: Error, Equatable, CustomStringConvertible {
        case malformed
        /// The authority's answer says no; its PKI status.
        case notGranted(Int)
        /// Signature, chain to the roots, purpose or the stamped bytes do not hold; OpenSSL's reason.
        case refused(String)
        /// Not an X.509 certificate.
        case root

        public var description: String {
            switch self {
            case .malformed: "not a time-stamp token"
            case .notGranted(let status): "the authority granted no token (status \(status))"
            case .refused(let reason): "the time-stamp does not verify (\(reason))"
            case .root: "not a certificate"
            }
        }
    }

    /// Whether `der` is an X.509 certificate.
    public static func isRoot(_ der: [UInt8]) -> Bool {
        guard let certificate = OpenSSL.certificate(der) else { return false }
        X509_free(certificate)
        return true
    }

    /// Checks that an authority under `roots` (DER certificates) stamped `data`, and returns when.
    ///
    /// The chain is judged at the token's own time: a token outlives its authority's certificate.
    public func verified(over data: [UInt8], roots: [[UInt8]]) throws(Failure) -> Instant {
        guard let token = OpenSSL.token(der) else { throw .malformed }
        defer { PKCS7_free(token) }
        guard let time = OpenSSL.time(of: token) else { throw .malformed }
        let context = try OpenSSL.context(data: data, roots: roots, at: time)
        defer { TS_VERIFY_CTX_free(context) }
        guard TS_RESP_verify_token(context, token) == 1 else { throw .refused(OpenSSL.reason()) }
        return time
    }
}

/// A question to a time-stamp authority, and what its answer must be.
public struct TimeStampRequest: Sendable {
    public static let mediaType = "application/timestamp-query"
    /// The request, DER: SHA-256 of the data, the nonce, the certificate wanted in the answer.
    public let der: [UInt8]
    private let data: [UInt8]

    /// - Parameter nonce: 8 random bytes.
    public init(data: [UInt8], nonce: [UInt8]) throws(TimeStampToken.Failure) {
        guard let der = OpenSSL.request(digest: Hash.of(data).bytes, nonce: nonce) else { throw .malformed }
        self.der = der
        self.data = data
    }

    /// Checks an authority's answer to this very request and returns its token.
    public func token(
        inAnswer answer: [UInt8], roots: [[UInt8]]
    ) throws(TimeStampToken.Failure) -> TimeStampToken {
        let token = try OpenSSL.answer(answer, to: der, roots: roots)
        _ = try token.verified(over: data, roots: roots)
        return token
    }
}

/// The calls into OpenSSL; no pointer leaves this file.
private enum OpenSSL {
    typealias Failure = TimeStampToken.Failure

    static func token(_ der: [UInt8]) -> UnsafeMutablePointer<PKCS7>? {
        guard der.count <= TimeStampToken.maximumSize else { return nil }
        return parse(der) {
            d2i_PKCS7(nil, &$0, $1)
        } free: {
            PKCS7_free($0)
        }
    }

    /// Parses all of `der`, or nothing.
    private static func parse<Object>(
        _ der: [UInt8], _ read: (inout UnsafePointer<UInt8>?, Int) -> Object?, free: (Object) -> Void
    ) -> Object? {
        der.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            guard let object = read(&position, buffer.count) else { return nil }
            guard position == buffer.baseAddress.map({ $0 + buffer.count }) else {
                free(object)
                return nil
            }
            return object
        }
    }

    /// The token's time, and nil for an imprint by another algorithm than SHA-256.
    static func time(of token: UnsafeMutablePointer<PKCS7>) -> Instant? {
        guard let info = PKCS7_to_TS_TST_INFO(token) else { return nil }
        defer { TS_TST_INFO_free(info) }
        guard let imprint = TS_TST_INFO_get_msg_imprint(info), let digest = TS_MSG_IMPRINT_get_msg(imprint),
            ASN1_STRING_length(digest) == 32, let algorithm = TS_MSG_IMPRINT_get_algo(imprint),
            isSHA256(algorithm), let time = TS_TST_INFO_get_time(info)
        else { return nil }
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Instant(timegm(&parts))
    }

    private static func isSHA256(_ algorithm: UnsafePointer<X509_ALGOR>) -> Bool {
        var identifier: OpaquePointer?
        X509_ALGOR_get0(&identifier, nil, nil, algorithm)
        return OBJ_obj2nid(identifier) == NID_sha256
    }

    static func context(data: [UInt8], roots: [[UInt8]], at time: Instant) throws(Failure) -> OpaquePointer {
        let store = try store(roots, at: time)
        guard let context = TS_VERIFY_CTX_new() else {
            X509_STORE_free(store)
            throw .malformed
        }
        // The context owns the store and the data from here on.
        _ = TS_VERIFY_CTX_set_store(context, store)
        let memory = BIO_new(BIO_s_mem())
        _ = TS_VERIFY_CTX_set_data(context, memory)
        _ = TS_VERIFY_CTX_set_flags(context, Int32(TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_DATA))
        guard BIO_write(memory, data, Int32(data.count)) == Int32(data.count) else {
            TS_VERIFY_CTX_free(context)
            throw .malformed
        }
        return context
    }

    static func certificate(_ der: [UInt8]) -> OpaquePointer? {
        parse(der, { d2i_X509(nil, &$0, $1) }, free: { X509_free($0) })
    }

    private static func store(_ roots: [[UInt8]], at time: Instant) throws(Failure) -> OpaquePointer {
        guard let store = X509_STORE_new() else { throw .root }
        for root in roots {
            guard let certificate = certificate(root) else {
                X509_STORE_free(store)
                throw .root
            }
            X509_STORE_add_cert(store, certificate)
            X509_free(certificate)
        }
        X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), time.rawValue)
        return store
    }

    static func request(digest: [UInt8], nonce: [UInt8]) -> [UInt8]? {
        let request = TS_REQ_new()
        let imprint = TS_MSG_IMPRINT_new()
        let algorithm = X509_ALGOR_new()
        let number = BN_bin2bn(nonce, Int32(nonce.count), nil)
        let integer = BN_to_ASN1_INTEGER(number, nil)
        defer {
            TS_REQ_free(request)
            TS_MSG_IMPRINT_free(imprint)
            X509_ALGOR_free(algorithm)
            BN_free(number)
            ASN1_INTEGER_free(integer)
        }
        X509_ALGOR_set_md(algorithm, EVP_sha256())
        var digest = digest
        guard TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1,
            TS_MSG_IMPRINT_set_msg(imprint, &digest, Int32(digest.count)) == 1,
            TS_REQ_set_version(request, 1) == 1, TS_REQ_set_msg_imprint(request, imprint) == 1,
            TS_REQ_set_nonce(request, integer) == 1, TS_REQ_set_cert_req(request, 1) == 1
        else { return nil }
        return encoded { i2d_TS_REQ(request, $0) }
    }

    /// Checks status, nonce, imprint and signature of the answer; the token inside.
    static func answer(
        _ answer: [UInt8], to request: [UInt8], roots: [[UInt8]]
    ) throws(Failure) -> TimeStampToken {
        guard answer.count <= TimeStampToken.maximumSize,
            let response = parse(answer, { d2i_TS_RESP(nil, &$0, $1) }, free: { TS_RESP_free($0) })
        else { throw .malformed }
        defer { TS_RESP_free(response) }
        let status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)))
        guard status == 0 || status == 1 else { throw .notGranted(status) }
        guard let token = TS_RESP_get_token(response), let time = time(of: token),
            let asked = parse(request, { d2i_TS_REQ(nil, &$0, $1) }, free: { TS_REQ_free($0) })
        else { throw .malformed }
        defer { TS_REQ_free(asked) }
        guard let context = TS_REQ_to_TS_VERIFY_CTX(asked, nil) else { throw .malformed }
        defer { TS_VERIFY_CTX_free(context) }
        _ = TS_VERIFY_CTX_set_store(context, try store(roots, at: time))
        _ = TS_VERIFY_CTX_add_flags(context, Int32(TS_VFY_SIGNATURE))
        guard TS_RESP_verify_response(context, response) == 1 else { throw .refused(reason()) }
        guard let der = encoded({ i2d_PKCS7(token, $0) }) else { throw .malformed }
        return TimeStampToken(der: der)
    }

    private static func encoded(
        _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
    ) -> [UInt8]? {
        let count = write(nil)
        guard count > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let written = bytes.withUnsafeMutableBufferPointer { buffer in
            var position = buffer.baseAddress
            return write(&position)
        }
        return written == count ? bytes : nil
    }

    /// The last reason on OpenSSL's list of errors, which is emptied.
    static func reason() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        return ERR_reason_error_string(code).map { String(cString: $0) } ?? "no reason given"
    }
}
