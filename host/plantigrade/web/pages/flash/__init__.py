"""Flash a board: from blank to an insole, through this computer or in the browser."""
