package dev.stygian.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A private authority and what it signs, made with the JDK's keytool, as files in PEM form. */
final class TestCertificates {
  private static final String PASSWORD = "changeit";
  private static final List<String> AUTHORITY = List.of("-ext", "bc:c");

  private final Path folder;
  private final Path store;

  private TestCertificates(Path folder) {
    this.folder = folder;
    this.store = folder.resolve("store.p12");
  }

  /** An authority of its own in a folder. */
  static TestCertificates in(Path folder) throws Exception {
    TestCertificates made = new TestCertificates(Files.createDirectories(folder));
    made.keytool("-genkeypair", "-alias", "ca", AUTHORITY);
    Files.writeString(made.authority(), pem("CERTIFICATE", made.chain("ca")[0].getEncoded()));
    return made;
  }

  /** The authority's certificate. */
  Path authority() {
    return folder.resolve("ca.pem");
  }

  /** A certificate that the authority signed; it is valid for these names, as keytool's SAN. */
  Path certificate(String name, String names) throws Exception {
    List<String> signed = List.of("-signer", "ca", "-ext", "san=" + names);
    keytool("-genkeypair", "-alias", name, signed);
    StringBuilder chain = new StringBuilder();
    for (Certificate each : chain(name)) {
      chain.append(pem("CERTIFICATE", each.getEncoded()));
    }
    Files.writeString(key(name), pem("PRIVATE KEY", privateKey(name).getEncoded()));
    return Files.writeString(folder.resolve(name + ".pem"), chain);
  }

  /** The key of a certificate. */
  Path key(String name) {
    return folder.resolve(name + ".key");
  }

  /** How a server listens at a port for TLS, and speaks it to others of its kind. */
  List<String> serverOptions(String name, int port) {
    return List.of(
        "--tls-port", String.valueOf(port),
        "--tls-cert-file", folder.resolve(name + ".pem").toString(),
        "--tls-key-file", key(name).toString(),
        "--tls-ca-cert-file", authority().toString(),
        "--tls-replication", "yes");
  }

  /** The variables by which a process shows such a certificate and knows the authority. */
  Map<String, String> environment(String name) {
    return Map.of(
        "REDIS_TLS_CA", authority().toString(),
        "REDIS_TLS_CERT", folder.resolve(name + ".pem").toString(),
        "REDIS_TLS_KEY", key(name).toString());
  }

  private void keytool(String command, String option, String alias, List<String> more)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    Stream.of(command, option, alias, "-dname", "CN=" + alias, "-keyalg", "EC", "-validity", "2")
        .forEach(all::add);
    Stream.of("-keystore", store.toString(), "-storepass", PASSWORD, "-storetype", "PKCS12")
        .forEach(all::add);
    all.addAll(more);
    Process keytool = new ProcessBuilder(all).redirectErrorStream(true).start();
    String said =
        new String(
            keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException(said);
    }
  }

  private Certificate[] chain(String alias) throws IOException, GeneralSecurityException {
    return open().getCertificateChain(alias);
  }

  private PrivateKey privateKey(String alias) throws IOException, GeneralSecurityException {
    return (PrivateKey) open().getKey(alias, PASSWORD.toCharArray());
  }

  private KeyStore open() throws IOException, GeneralSecurityException {
    return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
  }

  private static String pem(String kind, byte[] content) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content), kind);
  }
}
