-- CreateTable
CREATE TABLE "IntegrationVersion" (
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "integrationHash" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "factsJson" TEXT NOT NULL,

    PRIMARY KEY ("name", "version"),
    CONSTRAINT "IntegrationVersion_integrationHash_fkey" FOREIGN KEY ("integrationHash") REFERENCES "Integration" ("hash") ON DELETE CASCADE ON UPDATE CASCADE
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_RowMatching" (
    "integrationHash" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "party" TEXT NOT NULL,
    "scenario" TEXT NOT NULL DEFAULT 'left',
    "toJson" TEXT NOT NULL DEFAULT '[]',
    "columnsJson" TEXT NOT NULL,
    "matches" TEXT NOT NULL DEFAULT 'one',

    PRIMARY KEY ("integrationHash", "position"),
    CONSTRAINT "RowMatching_integrationHash_fkey" FOREIGN KEY ("integrationHash") REFERENCES "Integration" ("hash") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_RowMatching" ("columnsJson", "integrationHash", "party", "position") SELECT "columnsJson", "integrationHash", "party", "position" FROM "RowMatching";
DROP TABLE "RowMatching";
ALTER TABLE "new_RowMatching" RENAME TO "RowMatching";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- CreateIndex
CREATE UNIQUE INDEX "IntegrationVersion_name_integrationHash_key" ON "IntegrationVersion"("name", "integrationHash");
