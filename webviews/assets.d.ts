/** Styles become a file of their own beside the page's script. */
declare module "*.css";
