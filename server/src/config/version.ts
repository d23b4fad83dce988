// The version of Holdfast: what processes, backups and the API call themselves.
export const version = '0.1.0'
