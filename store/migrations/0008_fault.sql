-- The setting a delivery failed for, so that a page can lead to where it is mended: not known of those that failed before.
ALTER TABLE deliveries ADD COLUMN error_field TEXT NOT NULL DEFAULT '';
