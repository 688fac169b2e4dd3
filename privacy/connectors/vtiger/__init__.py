"""The connector for Vtiger CRM: the on-premises web service and the cloud's REST door."""
