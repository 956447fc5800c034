"""The program as processes: started, killed, ended."""
