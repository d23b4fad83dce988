export function OrganiserShowsPage() { return null }
