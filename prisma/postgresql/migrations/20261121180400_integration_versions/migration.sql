-- AlterTable
ALTER TABLE "RowMatching" DROP COLUMN "baseColumnsJson",
ADD COLUMN     "matches" TEXT NOT NULL DEFAULT 'one',
ADD COLUMN     "scenario" TEXT NOT NULL DEFAULT 'left',
ADD COLUMN     "toJson" TEXT NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "IntegrationVersion" (
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "integrationHash" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "factsJson" TEXT NOT NULL,

    CONSTRAINT "IntegrationVersion_pkey" PRIMARY KEY ("name","version")
);

-- CreateIndex
CREATE UNIQUE INDEX "IntegrationVersion_name_integrationHash_key" ON "IntegrationVersion"("name", "integrationHash");

-- AddForeignKey
ALTER TABLE "IntegrationVersion" ADD CONSTRAINT "IntegrationVersion_integrationHash_fkey" FOREIGN KEY ("integrationHash") REFERENCES "Integration"("hash") ON DELETE CASCADE ON UPDATE CASCADE;
