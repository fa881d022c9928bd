/** The certificate of the cluster's authority: as text of a ConfigMap, and in base64 of a Secret. A placeholder, nothing is signed with it. */
export const ROOT_CA = {
  text: '-----BEGIN CERTIFICATE-----\nU3Rvd2FnZQ==\n-----END CERTIFICATE-----\n',
  base64: 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tClUzUnZkMkZuWlE9PQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==',
} as const;
