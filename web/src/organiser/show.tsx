export function OrganiserShowPage() { return null }
