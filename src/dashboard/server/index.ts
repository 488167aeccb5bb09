export { DEFAULT_PORT, startDashboard, type Dashboard, type DashboardOptions } from "./start-dashboard.ts";
